import { expect, test } from 'vitest';
import { readPatch } from '../../../src/io/patch.js';
import { placeHunks } from '../../../src/io/patch-placement.js';
import { splitLines } from '../../../src/io/text-lines.js';

function place(base: readonly string[], hunk: readonly string[], line: number, minSimilarity = 1) {
  const count = (other: string): number => hunk.filter((text) => !text.startsWith(other)).length;
  const header = `@@ -${line},${count('+')} +${line},${count('-')} @@`;
  const patch = readPatch(`--- a/f\n+++ b/f\n${header}\n${hunk.join('\n')}\n`);
  return placeHunks(patch, splitLines(base.map((text) => `${text}\n`).join('')).lines, minSimilarity);
}

const at = (start: number, similarity: unknown = 1) => ({ ok: true, placed: [{ start, similarity }] });
const conflict = (reason: string, ...starts: number[]) => ({
  ok: false,
  conflict: { reason, candidates: starts.map((start) => ({ start })) },
});

test('the named line decides between equal places, and without it nothing does', () => {
  const base = ['x', 'y', 'x', 'y', 'x', 'y'];
  expect(place(base, ['-x', '+z', ' y'], 3)).toMatchObject(at(2));
  expect(place(base, ['-x', '+z', ' y'], 4)).toMatchObject(conflict('not-unique', 2, 4, 0));
});

test('places that overlap are several places', () => {
  expect(place(['a', 'a', 'a'], ['-a', ' a', '+b'], 9)).toMatchObject(conflict('not-unique', 1, 0));
});

test('a block whose beginning repeats is found at its whole', () => {
  const base = ['a', 'a', 'b', 'a', 'a', 'a', 'b', 'c'];
  expect(place(base, [' a', ' a', ' b', '-c'], 1)).toMatchObject(at(4));
});

test('an exact place wins over one that is alike where the hunk says', () => {
  const base = ['value one = 1;', 'between', 'value six = 1;'];
  expect(place(base, ['-value six = 1;', '+v'], 1, 0.5)).toMatchObject(at(2));
});

test('the best of several places is taken where it is clearly the best', () => {
  const base = ['return first + second;', 'other', 'return a;', 'other', 'return first - second;'];
  expect(place(base, ['-return first * second;', '+x'], 3, 0.6)).toMatchObject(conflict('not-unique', 0, 4));
  base[4] = 'return nothing;';
  expect(place(base, ['-return first * second;', '+x'], 3, 0.6)).toMatchObject(at(0, expect.closeTo(0.9, 1)));
});

test('lines that nothing surrounds go where they are said to go, or nowhere', () => {
  expect(place(['a', 'b'], ['+new'], 2)).toMatchObject(at(2));
  expect(place(['a', 'b'], ['+new'], 3, 0.1)).toMatchObject(conflict('not-found'));
});

test('a line number beyond what can be counted is a conflict like any other', () => {
  const line = Number.MAX_SAFE_INTEGER - 1;
  expect(place(['a', 'b'], ['-x', '+y'], line, 0.9)).toMatchObject({ ok: false, conflict: { reason: 'not-found' } });
  expect(place(['a', 'b'], ['-a', '+y'], line)).toMatchObject(at(0));
});

test('where the whole file cannot be compared nothing is guessed', () => {
  // Long lines of all kinds of pairs: only a look at each of them tells that they differ.
  let seed = 1;
  const next = (): string => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(33 + ((seed >>> 16) % 90));
  };
  const lines = Array.from({ length: 400 }, () => Array.from({ length: 20_000 }, next).join(''));
  const hunk = [`-${lines[7]}!`, '+x'];
  expect(place(lines.slice(0, 60), hunk, 1, 0.9)).toMatchObject(at(7, expect.closeTo(1, 3)));
  expect(place(lines, hunk, 1, 0.9)).toMatchObject({
    ok: false,
    conflict: { reason: 'not-unique', candidates: [{ start: 7 }, {}, {}] },
  });
});

test('a file of millions of equal lines is searched once, not once for each line of the hunk', () => {
  const hunk = [...Array<string>(199).fill(' a'), '-b'];
  const base = Array<string>(200_000).fill('a');
  expect(place(base, hunk, 100)).toMatchObject({ ok: false, conflict: { reason: 'not-found' } });
  expect(place([...base, 'b'], hunk, 100)).toMatchObject(at(200_001 - 200));
});
