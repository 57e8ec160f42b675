import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const characters = ['a', 'b', '\n', '\r\n', '\uFEFF', 'é', '漢', '😀', '\0'];
const content = fc.array(fc.constantFrom(...characters), { maxLength: 40 });
const replacement = fc.array(fc.constantFrom(...characters), { maxLength: 5 }).map((parts) => parts.join(''));
/** Edits in characters of the base; turned into byte offsets below, so that each begins and ends on a boundary. */
const edits = fc.array(fc.tuple(fc.nat(40), fc.nat(5), replacement), { minLength: 1, maxLength: 6 });

interface Span {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** The plain model: refuses overlaps, else replaces from the back; inserts at one place keep their order. */
function applyModel(base: Buffer, spans: readonly Span[]): string | undefined {
  const order = spans
    .map((span, index) => ({ ...span, index }))
    .sort((a, b) => a.start - b.start || a.end - b.end || a.index - b.index);
  for (let index = 1; index < order.length; index += 1) {
    const before = order[index - 1];
    const after = order[index];
    if (before !== undefined && after !== undefined && before.end > after.start) return undefined;
  }
  let result = '';
  let at = 0;
  for (const span of order) {
    result += base.subarray(at, span.start).toString('utf8') + span.replacement;
    at = span.end;
  }
  return result + base.subarray(at).toString('utf8');
}

test('several edits of one file equal a plain model, and change nothing outside themselves', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  await using workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  await fc.assert(
    fc.asyncProperty(content, edits, async (parts, requested) => {
      const base = Buffer.from(parts.join(''));
      const offsets = [0];
      for (const part of parts) offsets.push((offsets.at(-1) ?? 0) + Buffer.byteLength(part));
      const spans = requested.map(([from, length, text]) => {
        const first = Math.min(from, parts.length);
        const last = Math.min(first + length, parts.length);
        return { start: offsets[first] ?? 0, end: offsets[last] ?? 0, replacement: text };
      });
      writeFileSync(file, base);
      const expectedHash = hashContent(base);
      const results = await workspace.writeSnippets(spans.map((span) => ({ path: file, ...span, expectedHash })));
      const expected = applyModel(base, spans);
      if (expected === undefined) {
        expect(results.every((result) => result.status === 'rejected')).toBe(true);
        expect(
          results.some((result) => result.status === 'rejected' && result.reason.code === 'ERR_PLOKE_EDIT_OVERLAP'),
        ).toBe(true);
        expect(readFileSync(file).equals(base)).toBe(true);
      } else {
        for (const result of results) {
          expect(result).toMatchObject({
            status: 'fulfilled',
            value: { applied: true, hash: hashContent(expected), previousHash: expectedHash },
          });
        }
        expect(readFileSync(file, 'utf8')).toBe(expected);
      }
    }),
    { numRuns: 300 },
  );
});

test('an edit by text applies exactly where the text occurs once, else not at all', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  await using workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  const needle = fc
    .array(fc.constantFrom('a', 'b', 'é', '\n'), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(content, needle, replacement, fc.boolean(), async (parts, find, text, all) => {
      const base = parts.join('');
      writeFileSync(file, base);
      const [result] = await workspace.writeSnippets([{ path: file, find, replacement: text, all }]);
      const pieces = base.split(find);
      let overlapping = 0;
      for (let at = base.indexOf(find); at !== -1; at = base.indexOf(find, at + 1)) overlapping += 1;
      if (overlapping === 0 || (!all && overlapping > 1)) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ERR_PLOKE_EDIT_NOT_UNIQUE' } });
        expect(readFileSync(file, 'utf8')).toBe(base);
      } else {
        expect(result?.status).toBe('fulfilled');
        expect(readFileSync(file, 'utf8')).toBe(pieces.join(text));
      }
    }),
    { numRuns: 300 },
  );
});
