import { expect, test } from 'vitest';
import { nearestName } from '../../../src/policy/nearest-name.js';

const known = ['signal', 'symlinks', 'maxOpenFiles', 'maxFileBytes', 'mode'];

test.each([
  ['symlink', 'symlinks'],
  ['SYMLINKS', 'symlinks'],
  ['maxFilesBytes', 'maxFileBytes'],
  ['max_open_files', 'maxOpenFiles'],
  ['sgnal', 'signal'],
  ['mod', 'mode'],
])('%s means %s', (name, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});

test.each(['', 'x', 'permissions', 'y'.repeat(10_000)])('nothing is near %s', (name) => {
  expect(nearestName(name, known)).toBeUndefined();
});
