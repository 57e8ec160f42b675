import { describe, expect, test } from 'vitest';
import {
  countOption,
  hashOption,
  linesOption,
  parseCommandLine,
  rangeOption,
  ratioOption,
} from '../../../src/cli/command-line.js';
import { UsageError } from '../../../src/cli/usage.js';
import { hashContent } from '../../../src/index.js';

const options = { root: { type: 'string' }, json: { type: 'boolean' } } as const;
const parse = (...args: string[]) => parseCommandLine(args, options, { least: 1, most: 2, what: 'FILE' });

test('options stand before or after arguments, and what follows -- is an argument', () => {
  const line = parse('--root', 'r', 'a', '--json');
  expect([line.positionals, line.text('root'), line.flag('json')]).toEqual([['a'], 'r', true]);
  const marked = parse('a', '--', '--json');
  expect([marked.positionals, marked.text('root'), marked.flag('json')]).toEqual([['a', '--json'], undefined, false]);
});

test.each([
  [['--unknown', 'a'], /--unknown/],
  [['a', '--root'], /--root/],
  [['a', '--json=yes'], /--json/],
  [[], /^FILE is missing\.$/],
  [['a', 'b', 'c'], /^Too many arguments/],
])('%j is a UsageError that names what is wrong', (args, message) => {
  expect(() => parse(...args)).toThrow(UsageError);
  expect(() => parse(...args)).toThrow(message);
});

describe('values', () => {
  test.each([
    ['1:2', { start: 1, end: 2 }],
    ['0:', { start: 0 }],
    [':7', { end: 7 }],
    ['3:3', { start: 3, end: 3 }],
    [undefined, undefined],
  ])('--range %s', (value, range) => expect(rangeOption(value)).toEqual(range));

  test.each(['', ':', '1', '1-2', '2:1', '-1:2', '1:2:3', 'a:b', ' 1:2'])('--range %j is refused', (value) => {
    expect(() => rangeOption(value)).toThrow(UsageError);
  });

  test('lines are counted from 1', () => {
    expect(linesOption('1:2')).toEqual({ start: 1, end: 2 });
    expect(() => linesOption('0:2')).toThrow(/begins before 1/);
  });

  test.each([
    ['0', 0],
    ['250', 250],
    ['999999999', 999_999_999],
    [undefined, undefined],
  ])('a count: %s', (value, count) => expect(countOption('--count', value)).toBe(count));

  test.each(['', '-1', '1.5', '1e3', '0x10', '9999999999'])('%j is no count', (value) => {
    expect(() => countOption('--count', value)).toThrow('--count takes a number');
  });

  test.each([
    ['0', 0],
    ['1', 1],
    ['0.85', 0.85],
    ['.5', 0.5],
    ['1.0', 1],
    [undefined, undefined],
  ])('a ratio: %s', (value, ratio) => expect(ratioOption('--min-similarity', value)).toBe(ratio));

  test.each(['', '1.1', '-0.5', '85%', '1e-1', 'NaN', '2'])('%j is no ratio', (value) => {
    expect(() => ratioOption('--min-similarity', value)).toThrow('a number from 0 to 1');
  });

  test('a hash is one of the library', () => {
    const hash = hashContent('');
    expect(hashOption(hash)).toBe(hash);
    expect(() => hashOption(hash.toUpperCase())).toThrow(UsageError);
  });
});
