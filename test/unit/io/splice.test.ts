import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Splice, splice } from '../../../src/io/splice.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const at = (index: number, start: number, end: number, replacement: string): Splice => ({
  index,
  start,
  end,
  replacement: bytes(replacement),
});
const text = (index: number, find: string, replacement: string, all = false): Splice => ({
  index,
  find: bytes(find),
  all,
  replacement: bytes(replacement),
});

function applied(base: string, ...edits: Splice[]): string {
  const result = splice(bytes(base), edits);
  if (!result.ok) throw new Error(JSON.stringify([...result.failures]));
  return Buffer.from(result.content).toString('utf8');
}

function failures(base: string, ...edits: Splice[]) {
  const result = splice(bytes(base), edits);
  if (result.ok) throw new Error('applied');
  return result.failures;
}

test('replaces, inserts and deletes by offsets of the base, whatever the order of the edits', () => {
  expect(applied('one two three', at(0, 8, 13, '3'), at(1, 0, 3, 'ONE'), at(2, 3, 3, ','), at(3, 4, 8, ''))).toBe(
    'ONE, 3',
  );
  expect(applied('', at(0, 0, 0, 'a'))).toBe('a');
  expect(applied('abc')).toBe('abc');
});

test('keeps the order of inserts at one place, and puts them before what begins there', () => {
  expect(applied('ab', at(0, 1, 1, '1'), at(1, 1, 1, '2'), at(2, 1, 2, 'B'), at(3, 1, 1, '3'))).toBe('a123B');
});

test('lets edits touch and refuses those that share a byte, naming each other', () => {
  expect(applied('abcd', at(0, 0, 2, 'x'), at(1, 2, 4, 'y'))).toBe('xy');
  const refused = failures('abcdef', at(0, 0, 3, 'x'), at(1, 2, 4, 'y'), at(2, 5, 6, 'z'));
  expect([...refused.keys()].sort()).toEqual([0, 1]);
  expect(refused.get(0)).toMatchObject({
    code: 'ERR_PLOKE_EDIT_OVERLAP',
    details: { start: 0, end: 3, overlaps: { index: 1, start: 2, end: 4 } },
  });
  expect(refused.get(1)).toMatchObject({ details: { overlaps: { index: 0, start: 0, end: 3 } } });
});

test('refuses an insert inside the range of another edit, and an overlap with one far before it', () => {
  expect([...failures('abcdef', at(0, 0, 6, ''), at(1, 3, 3, 'x')).keys()].sort()).toEqual([0, 1]);
  const refused = failures('abcdefgh', at(0, 0, 8, ''), at(1, 1, 2, ''), at(2, 6, 7, ''));
  expect(refused.get(2)).toMatchObject({ details: { overlaps: { index: 0 } } });
});

test('refuses ranges outside the content, with all three numbers', () => {
  expect(failures('abc', at(4, 1, 4, '')).get(4)).toEqual({
    code: 'ERR_PLOKE_RANGE',
    message: "bytes 1 to 4 are not a range of the file's 3 bytes",
    details: { start: 1, end: 4, byteLength: 3 },
  });
  expect(failures('abc', at(0, 2, 1, '')).get(0)?.code).toBe('ERR_PLOKE_RANGE');
  expect(failures('', at(0, 1, 1, '')).get(0)?.code).toBe('ERR_PLOKE_RANGE');
});

test('refuses offsets inside a character and takes those around it', () => {
  expect(applied('a😀b', at(0, 1, 5, 'x'))).toBe('axb');
  for (const offset of [2, 3, 4]) {
    expect(failures('a😀b', at(0, 1, offset, '')).get(0)?.code).toBe('ERR_PLOKE_CHAR_BOUNDARY');
    expect(failures('a😀b', at(0, offset, 5, '')).get(0)?.code).toBe('ERR_PLOKE_CHAR_BOUNDARY');
  }
});

test('finds a text that occurs once', () => {
  expect(applied('x = 1;\ny = 2;\n', text(0, 'y = 2', 'y = 3'))).toBe('x = 1;\ny = 3;\n');
  expect(applied('\uFEFFé漢', text(0, '漢', 'kan'))).toBe('\uFEFFékan');
});

test('counts overlapping places as several, and tells where they are', () => {
  expect(failures('aaa', text(0, 'aa', '')).get(0)).toMatchObject({
    code: 'ERR_PLOKE_EDIT_NOT_UNIQUE',
    message: 'the text to replace occurs 2 times',
    details: { occurrences: 2 },
  });
  expect(failures('x\ny x\n\nx', text(0, 'x', '')).get(0)?.details).toEqual({
    occurrences: 3,
    places: [
      { start: 0, line: 1 },
      { start: 4, line: 2 },
      { start: 7, line: 4 },
    ],
  });
});

test('stops counting where one too many is already an error', () => {
  const refused = failures('a'.repeat(200_000), text(0, 'a', 'b')).get(0);
  expect(refused?.message).toBe('the text to replace occurs at least 10000 times');
  expect(refused?.details.places).toHaveLength(20);
});

test('says that the line ends differ where that is why a text is not found', () => {
  expect(failures('a\r\nb\r\n', text(0, 'a\nb', '')).get(0)?.message).toContain('ends its lines with CRLF');
  expect(failures('a\nb\n', text(0, 'a\r\nb', '')).get(0)?.message).toContain('ends its lines with LF');
  expect(failures('a\nb\n', text(0, 'c\n', '')).get(0)?.message).toBe('the text to replace does not occur');
});

test('replaces every place with all, and says what that came to', () => {
  const result = splice(bytes('a-b-c'), [text(7, '-', '--', true)]);
  expect(result).toMatchObject({ ok: true, effects: new Map([[7, { start: 1, removed: 2, added: 4 }]]) });
  expect(failures('abc', text(0, 'x', '', true)).get(0)?.code).toBe('ERR_PLOKE_EDIT_NOT_UNIQUE');
});

test('reports every edit that fails, not only the first', () => {
  const refused = failures('aé', at(0, 0, 2, ''), text(1, 'x', ''), at(2, 9, 9, ''), at(3, 0, 1, ''));
  expect([...refused].map(([index, { code }]) => [index, code])).toEqual([
    [0, 'ERR_PLOKE_CHAR_BOUNDARY'],
    [1, 'ERR_PLOKE_EDIT_NOT_UNIQUE'],
    [2, 'ERR_PLOKE_RANGE'],
  ]);
});

test('never changes a byte outside the edits, for any content and any edits', () => {
  const piece = fc.constantFrom('a', '\n', '\r\n', '\uFEFF', 'é', '漢', '😀', '\0');
  fc.assert(
    fc.property(
      fc.array(piece),
      fc.array(fc.tuple(fc.nat(60), fc.nat(60), piece), { maxLength: 5 }),
      (parts, spans) => {
        const base = bytes(parts.join(''));
        const edits = spans.map(([one, other, replacement], index) =>
          at(index, Math.min(one, other), Math.max(one, other), replacement),
        );
        const result = splice(base, edits);
        if (!result.ok) return;
        // From the back, so that offsets in front stay valid; of inserts at one place the last one first.
        const order = [...edits].sort((a, b) => ('start' in a && 'start' in b ? compare(b, a) : 0));
        let expected: Buffer = base;
        for (const edit of order) {
          if (!('start' in edit)) continue;
          expected = Buffer.concat([expected.subarray(0, edit.start), edit.replacement, expected.subarray(edit.end)]);
        }
        expect(Buffer.from(result.content).equals(expected)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

function compare(
  a: { readonly start: number; readonly end: number; readonly index: number },
  b: { readonly start: number; readonly end: number; readonly index: number },
): number {
  return a.start - b.start || a.end - b.end || a.index - b.index;
}
