import { expect, test } from 'vitest';
import { conditions } from '../support/conditions.js';
import { parseSkipList, reasonToSkip } from './skip-list.js';

const list = parseSkipList(
  '[{"test":"test/a.test.ts > locks > waits","reason":"needs two hosts"},{"test":"test/root/*","reason":"needs root"}]',
);

test('gives the reason of a listed test', () => {
  expect(reasonToSkip(list, 'test/a.test.ts > locks > waits')).toBe('needs two hosts');
  expect(reasonToSkip(list, 'test/root/chown.test.ts > keeps the owner')).toBe('needs root');
});

test('takes every character but the star literally', () => {
  expect(reasonToSkip(list, 'test/aXtest.ts > locks > waits')).toBeUndefined();
  expect(reasonToSkip(list, 'test/a.test.ts > locks > waits longer')).toBeUndefined();
});

test('refuses a list without reasons', () => {
  expect(() => parseSkipList('[{"test":"test/a.test.ts > b"}]')).toThrow(/entry 0/);
  expect(() => parseSkipList('[{"test":"test/a.test.ts > b","reason":" "}]')).toThrow(/entry 0/);
  expect(() => parseSkipList('{}')).toThrow(/array/);
});

test('an entry counts only where its condition is not given', () => {
  const some = parseSkipList('[{"test":"test/disk.test.ts > *","reason":"mounts","unless":"root"}]');
  expect(reasonToSkip(some, 'test/disk.test.ts > is full', { ...conditions, root: false })).toBe('mounts');
  expect(reasonToSkip(some, 'test/disk.test.ts > is full', { ...conditions, root: true })).toBeUndefined();
});

test('refuses a condition that nobody looks at', () => {
  expect(() => parseSkipList('[{"test":"a","reason":"b","unless":"luck"}]')).toThrow(/entry 0 is one of root, git/);
});
