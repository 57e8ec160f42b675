import { describe, expect, test } from 'vitest';
import { conditions } from '../support/conditions.js';
import { measureAllocations } from './allocations.mjs';
import { readBaseline } from './baseline.mjs';
import { expectWithin } from './expect-within.js';

describe.skipIf(!conditions.baselineNode)('bytes allocated', () => {
  test('a snippet, and a file that has not changed, allocate what the baseline has', () => {
    expectWithin(measureAllocations(), readBaseline().bytesAllocated);
  });

  test('nothing is counted when a collection came between', () => {
    expect(() => measureAllocations(1)).toThrow(/a collection came between/);
  });
});
