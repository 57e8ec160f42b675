import { expect, test } from 'vitest';
import { mergeReadResults } from '../../../src/io/read-merge.js';
import { contentOf, type ReadBatchResult } from '../../../src/native/look-batches.js';

function result(files: readonly (string | null)[], slices: readonly (string | undefined)[]): ReadBatchResult {
  return {
    status: Int32Array.from(files, (hash) => (hash === null ? 24 : 0)),
    syscalls: new Uint8Array(files.length),
    byteLengths: Float64Array.from(files, (hash) => hash?.length ?? 0),
    asExpected: new Uint8Array(files.length),
    hashes: files.map((hash) => hash ?? undefined),
    stamps: null,
    sliceStatus: new Int32Array(slices.length),
    sliceStarts: new Float64Array(slices.length),
    sliceEnds: Float64Array.from(slices, (text) => text?.length ?? 0),
    truncated: new Uint8Array(slices.length),
    contents: [...slices],
    texts: [],
    textOf: new Int32Array(slices.length).fill(-1),
    textStarts: new Uint32Array(slices.length),
    filesRead: files.filter((hash) => hash !== null).length,
    bytesRead: 0,
    passedCacheBy: false,
  };
}

/** The same with every slice cut out of one text that they share. */
function shared(files: readonly (string | null)[], slices: readonly string[]): ReadBatchResult {
  const starts = slices.map((_, index) => slices.slice(0, index).join('').length);
  return {
    ...result(files, slices),
    contents: slices.map(() => undefined),
    texts: [slices.join('')],
    textOf: new Int32Array(slices.length),
    textStarts: Uint32Array.from(starts),
  };
}

test('files that were read again take the place of their failures, with their slices', () => {
  // Files 0 to 3 with 1, 2, 0 and 1 slices; 1 and 3 failed at first.
  const places = [
    [0, 1],
    [1, 3],
    [3, 3],
    [3, 4],
  ] as const;
  const first = result(['h0', null, 'h2', null], ['a', undefined, undefined, undefined]);
  const again = result(['h1', 'h33'], ['b', 'cc', 'ddd']);
  const merged = mergeReadResults(first, again, [1, 3], (index) => places[index] ?? [0, 0]);
  expect(merged).toEqual(result(['h0', 'h1', 'h2', 'h33'], ['a', 'b', 'cc', 'ddd']));
});

test('offsets beyond 32 bits come through', () => {
  const far = 5 * 2 ** 40;
  const small = Int32Array.of(0, 0);
  const first = { ...result(['h0', null], ['a', undefined]), sliceStarts: small, sliceEnds: small };
  const again = { ...result(['h1'], ['b']), sliceStarts: Float64Array.of(far), sliceEnds: Float64Array.of(far + 1) };
  const merged = mergeReadResults(first, again, [1], (index) => [index, index + 1]);
  expect([merged.sliceStarts[1], merged.sliceEnds[1]]).toEqual([far, far + 1]);
});

test('what was read again keeps its content where slices share a text', () => {
  const first = { ...shared(['h0', null], ['aa', '']), sliceStatus: Int32Array.of(0, 0) };
  const merged = mergeReadResults(first, shared(['h1'], ['bbb']), [1], (index) => [index, index + 1]);
  expect([0, 1].map((slice) => contentOf(merged, slice))).toEqual(['aa', 'bbb']);
});
