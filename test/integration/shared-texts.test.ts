import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

// Small ASCII snippets are cut out of strings of at most 64 KiB that they share; nobody is to see anything of that.
test('snippets of every length come out as they are, whatever they share a string with', async () => {
  const directory = temporaryDirectory();
  const workspace = await openWorkspace({ roots: [directory] });
  onTestFinished(() => workspace.close());
  const lengths = [0, 1, 12, 13, 100, 1_023, 1_024, 1_025, 0, 3_000];
  const requests: { path: string; start: number; end: number }[] = [];
  const expected: string[] = [];
  for (let file = 0; file < 300; file += 1) {
    // Every seventh file is not ASCII, every eleventh only where nobody asks.
    const accent = file % 7 === 0 ? 'é' : 'e';
    const end = file % 11 === 0 ? '漢' : '.';
    const bytes = Buffer.from(`${`${file} ${accent} `.repeat(1_000)}${end}`);
    const name = path.join(directory, `${file}`);
    writeFileSync(name, bytes);
    for (const [index, length] of lengths.entries()) {
      const start = boundary(bytes, file * 7 + index);
      const stop = boundary(bytes, start + length);
      requests.push({ path: name, start, end: stop });
      expected.push(bytes.toString('utf8', start, stop));
    }
  }
  const results = await workspace.readSnippets(requests);
  expect(results.map((result) => result.status === 'fulfilled' && result.value.text)).toEqual(expected);
});

test('a file that fails takes nothing of its neighbours along', async () => {
  const directory = temporaryDirectory();
  const workspace = await openWorkspace({ roots: [directory] });
  onTestFinished(() => workspace.close());
  const at = (name: string) => path.join(directory, name);
  writeFileSync(at('a'), 'first of all');
  writeFileSync(at('bad'), Buffer.from([0x61, 0xff]));
  writeFileSync(at('z'), 'the last one');
  const range = { start: 0, end: 5 };
  const results = await workspace.readSnippets([
    { path: at('a'), ...range },
    { path: at('bad'), ...range },
    { path: at('z'), ...range },
    { path: at('z'), start: 4, end: 99 },
    { path: at('z'), start: 4, end: 8 },
  ]);
  const inShort = results.map((result) => (result.status === 'fulfilled' ? result.value.text : result.reason.code));
  expect(inShort).toEqual(['first', 'ERR_PLOKE_NOT_UTF8', 'the l', 'ERR_PLOKE_RANGE', 'last']);
});

/** The nearest character boundary at or before an offset. */
function boundary(bytes: Buffer, offset: number): number {
  let at = Math.min(offset, bytes.length);
  while (at > 0 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return at;
}
