import { expect, test } from 'vitest';
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

test('an entry for ordinary users allows nothing to root', () => {
  const users = parseSkipList('[{"test":"test/disk.test.ts > *","reason":"mounts","unlessRoot":true}]');
  expect(reasonToSkip(users, 'test/disk.test.ts > is full', false)).toBe('mounts');
  expect(reasonToSkip(users, 'test/disk.test.ts > is full', true)).toBeUndefined();
});
