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
  `a.ploke-io-tmp-${id}-${id}-w`,
])('%j is not ours', (below) => {
  expect(isReserved(below)).toBe(false);
});

test.each([
  '.PLOKE-IO',
  '.Ploke-Io/owner',
  `a/.PLOKE-IO-TMP-${id.toUpperCase()}-${id}-W`,
  // The Kelvin sign, whose lower case is a k and which decomposes into K.
  '.plo\u212ae-io',
  '.pl\u200coke-io',
  '\u200d.ploke-io/owner',
  '.ploke-io\ufeff',
  '.ploke\u00ad-io/a',
  '\u{e0041}.ploke-io',
])('%j is ours on every system, because some file system takes it for one of our names', (below) => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) expect(isReserved(below, platform)).toBe(true);
});

test.each(['PLOKE-~1', 'ploke-~2/owner', 'a/Ploke-~14', 'PL4A2B~1', 'pl~123456', 'PLOKE~10', 'PLO~1000'])(
  '%j may be what Windows calls one of our names in 8.3',
  (below) => {
    expect(isReserved(below, 'win32')).toBe(true);
    expect(isReserved(below, 'linux')).toBe(false);
    expect(isReserved(below, 'darwin')).toBe(false);
  },
);

test.each(['PLOKE-~', 'PLOKE-~1.txt', 'PLOKE-IO~1', 'PLAIN~1', 'PROGRA~1/a', 'a~1', '~1', 'xploke-~1', 'PL4A2B5~1'])(
  '%j is not what Windows calls any of them',
  (below) => {
    expect(isReserved(below, 'win32')).toBe(false);
  },
);

test('every other character leaves a name one of its own', () => {
  for (const name of [
    '.ploke\u0301-io',
    '.p\u0131oke-io',
    '.ploke\u2010io',
    '\uff0eploke-io',
    'ploke-io',
    '.ploke-\u0456o',
  ]) {
    expect(isReserved(name, 'darwin')).toBe(false);
  }
});
