import { expect, test } from 'vitest';
import { compare } from './baseline.mjs';

test('a figure may be a tenth above its baseline, and is told when it is a tenth below', () => {
  const baseline = { read: { addon: 1000, node: 2000 }, snippet: 300 };
  expect(compare({ read: { addon: 1100, node: 1800 }, snippet: 300 }, baseline)).toEqual({ above: [], below: [] });
  expect(compare({ read: { addon: 1101, node: 1799 }, snippet: 300 }, baseline)).toEqual({
    above: ['read.addon: 1101, the baseline has 1000 (+10.1 %)'],
    below: ['read.node: 1799, the baseline has 2000 (-10.1 %)'],
  });
});

test('a figure that only one side has is not accepted', () => {
  expect(compare({ read: 1, scan: 0 }, { read: 1, write: 2 }).above).toEqual([
    'scan: 0, the baseline has nothing',
    'write: nothing, the baseline has 2',
  ]);
});
