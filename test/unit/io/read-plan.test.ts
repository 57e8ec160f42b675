import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileOf, mostBytesOf, planReads, setSlice } from '../../../src/io/read-plan.js';
import { SLICE_WIDTH, SliceMode } from '../../../src/native/look-batches.js';

function slicesOf(files: readonly number[]): Float64Array {
  const slices = new Float64Array(files.length * SLICE_WIDTH);
  for (const [index, file] of files.entries()) setSlice(slices, index, file, SliceMode.open, 0, Infinity, Infinity);
  return slices;
}

test('slices are ordered by file, in the order of the requests within a file, and those not wanted are left out', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1, max: 6 }), { maxLength: 50 }), (files) => {
      const targets = Array.from({ length: 7 }, (_, index) => ({ root: 0, relative: `${index}` }));
      const { order, starts, slices } = planReads(targets, slicesOf(files));
      const expected = files.map((file, index) => ({ file, index })).filter(({ file }) => file >= 0);
      expected.sort((a, b) => a.file - b.file || a.index - b.index);
      expect([...order]).toEqual(expected.map(({ index }) => index));
      for (const [file] of targets.entries()) {
        const own = order.subarray(starts[file], starts[file + 1]);
        expect([...own].every((slice) => fileOf(slices, slice) === file)).toBe(true);
      }
      expect(starts[7]).toBe(order.length);
    }),
  );
});

test('the size of a slice is known from its request, where it is', () => {
  const slices = new Float64Array(4 * SLICE_WIDTH);
  setSlice(slices, 0, 0, SliceMode.exact, 10, 30, Infinity);
  setSlice(slices, 1, 0, SliceMode.open, 10, Infinity, 7);
  setSlice(slices, 2, 0, SliceMode.lines, 1, 2, Infinity);
  setSlice(slices, 3, 0, SliceMode.exact, 30, 10, Infinity);
  expect([0, 1, 2, 3].map((slice) => mostBytesOf(slices, slice))).toEqual([20, 7, Infinity, 0]);
});
