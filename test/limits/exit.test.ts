import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { finished, startChild } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const files = 60;
const versions = [`${'o'.repeat(100_000)}`, 'n'.repeat(100_000)];

async function endedInBatch(how: 'exit' | 'return', turns: number): Promise<number> {
  const directory = temporaryDirectory();
  const names = Array.from({ length: files }, (_, index) => `file${index}`).sort();
  for (const name of names) writeFileSync(path.join(directory, name), versions[0] ?? '');
  const child = await finished(startChild('test/limits/exit-child.mjs', [directory, how, String(turns)]));
  expect(child).toEqual({ code: how === 'exit' ? 7 : 0, signal: null, stdout: '', stderr: '' });

  // The next one to open the root finds the locks free, and clears away what was left.
  await using workspace = await openWorkspace({ roots: [directory] });
  await (await workspace.lock(path.join(directory, 'file0'), { lockTimeoutMs: 0 })).release();
  await workspace.writeFile(path.join(directory, 'file1'), versions[0] ?? '');
  expect(
    readdirSync(directory)
      .filter((name) => name !== '.ploke-io')
      .sort(),
  ).toEqual(names);
  let written = 0;
  for (const name of names) {
    const content = readFileSync(path.join(directory, name), 'utf8');
    expect(versions).toContain(content);
    if (content === versions[1]) written += 1;
  }
  return written;
}

test('a process that exits in the middle of a batch leaves whole files, free locks and nothing else', async () => {
  for (const turns of [0, 2, 8, 32]) await endedInBatch('exit', turns);
});

test('a process that returns from its main module ends when the batch is through', async () => {
  // file1 was written once more, to see that it may be.
  expect(await endedInBatch('return', 0)).toBe(files - 1);
});
