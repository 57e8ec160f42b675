import { expect } from 'vitest';
import { compare } from './baseline.mjs';

/** No figure is more than the tolerance above the baseline; those far below are printed, so that the baseline follows them. */
export function expectWithin(figures: object, baseline: object): void {
  const { above, below } = compare(figures, baseline);
  for (const line of below) console.log(`${line}; npm run budgets -- --update keeps it`);
  expect(above).toEqual([]);
}
