import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openDescriptors, openedSince } from './open-descriptors.js';

test.runIf(process.platform === 'linux')('names a descriptor that was left open', () => {
  const file = fileURLToPath(import.meta.url);
  const before = openDescriptors();
  const fd = openSync(file, 'r');
  expect(openedSince(before, openDescriptors())).toEqual([`${fd} -> ${file}`]);
  closeSync(fd);
  expect(openedSince(before, openDescriptors())).toEqual([]);
});

test('counts a number that now stands for another file as opened', () => {
  expect(openedSince(new Map([[7, '/a']]), new Map([[7, '/b']]))).toEqual(['7 -> /b']);
});
