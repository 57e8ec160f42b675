import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineSimilarity } from '../../../src/io/fuzzy-match.js';
import { LineSketches } from '../../../src/io/patch-line-sketches.js';

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

test('sketches never say less than how alike two lines are', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const most = new LineSketches(['', one]).mostAlike(1, new LineSketches([other]), 0);
      expect(most).toBeGreaterThanOrEqual(lineSimilarity(one, other) - 1e-12);
    }),
  );
});

test('sketches tell apart lines that share little', () => {
  const [one, other] = ['const total = prices.reduce(sum);', 'export function readHeader(bytes) {'];
  expect(new LineSketches([one]).mostAlike(0, new LineSketches([other]), 0)).toBeLessThan(0.5);
});
