import { expect, test } from 'vitest';
import { isReserved } from '../../../src/policy/reserved-names.js';

const id = '0123456789abcdef0123456789abcdef';
const fields = `${id}01234567-${id}01234567-0123456789abcdef`;

test.each([
  '.ploke-io',
  '.ploke-io/owner',
  '.ploke-io/a/b',
  `.ploke-io-tmp-${id}-${id}-w`,
  `.ploke-io-tmp-${id}-${id}-n`,
  `.ploke-io-tmp-${id}-${id}-x-${fields}`,
  `.ploke-io-tmp-${id}-${id}-b-${fields}`,
  `a/b/.ploke-io-tmp-${id}-${id}-w`,
  `a/b/.ploke-io-tmp-${id}-${id}-x-${fields}`,
])('%j is ours', (below) => {
  expect(isReserved(below)).toBe(true);
});

test.each([
  '',
  'a',
  '.git/config',
  '.ploke-ioa',
  '.ploke-io-cache',
  'a/.ploke-io',
  'a/.ploke-io/owner',
  'x.ploke-io/a',
  `.ploke-io-tmp-${id}-${id}-w/below`,
  `.ploke-io-tmp-${id}-${id}-wx`,
  `.ploke-io-tmp-${id}-${id}-x`,
  `.ploke-io-tmp-${id}-${id}-w-${fields}`,
  `.ploke-io-tmp-${id}-${id}-x-${fields}0`,
  `.ploke-io-tmp-${id}-${id}`,
  `.ploke-io-tmp-${id.toUpperCase()}-${id}-w`,
  `a.ploke-io-tmp-${id}-${id}-w`,
])('%j is not ours', (below) => {
  expect(isReserved(below)).toBe(false);
});
