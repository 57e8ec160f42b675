import { expect, test } from 'vitest';
import { directoryOf, type PlannedWrite, planGroups, planRounds } from '../../../src/io/write-plan.js';

function write(relative: string, key: string | undefined = `1:2/${relative}`): PlannedWrite {
  const directory = key?.slice(0, key.indexOf('/'));
  return {
    path: { root: 0, relative, path: `/w/${relative}` },
    identity: { key, missingParents: 0, directory, type: 1 },
  };
}

const unlocked = { locked: false } as const;

test('puts the second write of a file into the second round, in input order', () => {
  expect(planRounds(['a', 'b', 'a', 'c', 'a', 'b'].map((name) => write(name)))).toEqual([[0, 1, 3], [2, 5], [4]]);
});

test('takes two paths of one file for one file, and one path for one file even where its identity changed', () => {
  expect(planRounds([write('a', '1:2/f'), write('b', '1:2/f')])).toEqual([[0], [1]]);
  expect(planRounds([write('d/f', '1:2/d/f'), write('d/f', '1:3/f')])).toEqual([[0], [1]]);
  expect(planRounds([write('a', undefined), write('a', undefined)])).toEqual([[0], [1]]);
});

test('divides a round into groups that fit the permits: a file each and a directory each', () => {
  const writes = ['a/1', 'a/2', 'a/3', 'b/1', 'b/2'].map((name) => write(name, `1:${name.charCodeAt(0)}/${name}`));
  expect(planGroups(writes, [0, 1, 2, 3, 4], 4, unlocked)).toEqual([
    { indexes: [0, 1, 2], permits: 4 },
    { indexes: [3, 4], permits: 3 },
  ]);
  expect(planGroups(writes, [0, 1, 2, 3, 4], 100, unlocked)).toEqual([{ indexes: [0, 1, 2, 3, 4], permits: 7 }]);
});

test('counts a descriptor for each lock', () => {
  const writes = ['a/1', 'a/2', 'b/1'].map((name) => write(name, `1:${name.charCodeAt(0)}/${name}`));
  expect(planGroups(writes, [0, 1, 2], 5, { locked: true })).toEqual([
    { indexes: [0, 1], permits: 5 },
    { indexes: [2], permits: 3 },
  ]);
});

test('divides a round so that no group reads more than some MiB, but a single file may', () => {
  const writes = ['a', 'b', 'c', 'd'].map((name) => write(name));
  const megabytes = (...sizes: number[]) => new Map(sizes.map((size, index) => [index, size * 1024 * 1024]));
  const indexes = (sizes: ReadonlyMap<number, number>) =>
    planGroups(writes, [0, 1, 2, 3], 100, { byteLengths: sizes, locked: false }).map((group) => group.indexes);
  expect(indexes(megabytes(5, 4, 4, 1))).toEqual([[0], [1, 2], [3]]);
  expect(indexes(megabytes(1, 100, 1, 1))).toEqual([[0], [1], [2, 3]]);
  expect(indexes(megabytes(1, 1, 1, 1))).toEqual([[0, 1, 2, 3]]);
});

test('makes progress with fewer permits than a write needs', () => {
  expect(planGroups([write('a'), write('b')], [0, 1], 1, unlocked)).toEqual([
    { indexes: [0], permits: 2 },
    { indexes: [1], permits: 2 },
  ]);
});

test('counts a directory of its own for a file that a link leads to elsewhere', () => {
  expect(planGroups([write('a', '1:2/a'), write('b', '1:9/b')], [0, 1], 100, unlocked)).toEqual([
    { indexes: [0, 1], permits: 4 },
  ]);
});

test('takes the directory of a path by its text', () => {
  expect(directoryOf({ root: 1, relative: 'a/b/c', path: '/w/a/b/c' })).toEqual({
    root: 1,
    relative: 'a/b',
    path: '/w/a/b',
  });
  expect(directoryOf({ root: 0, relative: 'a', path: '/a' })).toEqual({ root: 0, relative: '', path: '/' });
  expect(directoryOf({ root: 0, relative: 'a/b/', path: '/w/a/b' })).toEqual({ root: 0, relative: 'a', path: '/w/a' });
});
