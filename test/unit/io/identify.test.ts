import { expect, test } from 'vitest';
import { type Identity, orderingKeys, spellingsKey } from '../../../src/io/identify.js';

const path = { root: 0, relative: 'a/b/f', path: '/w/a/b/f' };
const identity = (key: string | undefined, missingParents = 0): Identity => ({
  key,
  missingParents,
  directory: key?.split('/', 1)[0],
  type: 0,
});

test('orders a file by its identity and by its text', () => {
  expect(orderingKeys(path, identity('1:5/f'), true)).toEqual(['path:/w/a/b/f', '1:5/f']);
  expect(orderingKeys(path, identity(undefined), true)).toEqual(['path:/w/a/b/f']);
});

test('orders a file after the calls that make the directories which are missing above it', () => {
  expect(orderingKeys(path, identity('1:2/a/b/f', 2), true)).toEqual([
    'path:/w/a/b/f',
    '1:2/a/b/f',
    '1:2/a/b',
    'path:/w/a/b',
    '1:2/a',
    'path:/w/a',
  ]);
  expect(orderingKeys(path, identity('1:2/a/b/f', 2), false)).toEqual(['path:/w/a/b/f', '1:2/a/b/f']);
});

test('orders a file after everything where very many directories are missing', () => {
  expect(orderingKeys(path, identity(`1:2${'/d'.repeat(101)}`, 100), true)).toBe('everything');
});

test('spellings that a volume may take for one name share a key, where volumes do that', () => {
  for (const [one, other] of [
    ['1:5/File', '1:5/fILE'],
    ['1:5/caf\u00e9', '1:5/CAFE\u0301'],
    ['1:5/stra\u00dfe', '1:5/STRASSE'],
    ['1:5/\u212aelvin', '1:5/kelvin'],
  ] as const) {
    expect(spellingsKey(one, true)).toBe(spellingsKey(other, true));
    expect(spellingsKey(one, false)).toBe(one);
  }
  expect(spellingsKey('1:5/a', true)).not.toBe(spellingsKey('1:5/b', true));
});
