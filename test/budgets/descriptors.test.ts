import { beforeEach, describe, expect, test } from 'vitest';
import { conditions } from '../support/conditions.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { descriptorsGiven, mostOpened } from './descriptor-trace.js';
import { makeTree } from './tree.mjs';

let directory: string;

beforeEach(() => {
  directory = temporaryDirectory();
  makeTree(directory, { files: 600, directories: 40, bytes: 200 });
});

// What docs/guarantees.md, "Limits", has beyond maxOpenFiles. The root is open at the first mark.
const ownerFile = 1;
const ofWalk = 16;
const oldVersions = 4;

describe.skipIf(!conditions.strace)('descriptors at once', () => {
  for (const maxOpenFiles of [4, 40]) {
    test(`reads stay within ${maxOpenFiles}`, () => {
      for (const what of ['read', 'readAtOnce']) {
        expect(mostOpened(what, directory, maxOpenFiles)).toBeLessThanOrEqual(maxOpenFiles);
      }
    });

    test(`scans stay within ${maxOpenFiles}`, () => {
      for (const what of ['scanStamps', 'scanContents']) {
        expect(mostOpened(what, directory, maxOpenFiles)).toBeLessThanOrEqual(maxOpenFiles);
      }
    });

    test(`replaces stay within ${maxOpenFiles}, an owner file and a few old versions`, () => {
      expect(mostOpened('write', directory, maxOpenFiles)).toBeLessThanOrEqual(maxOpenFiles + ownerFile + oldVersions);
    });

    test(`a listing stays within ${maxOpenFiles}, and those of its walk`, () => {
      for (const what of ['list', 'listHashes']) {
        expect(mostOpened(what, directory, maxOpenFiles)).toBeLessThanOrEqual(maxOpenFiles + ofWalk);
      }
    });
  }

  test('the count is exact', () => {
    expect(mostOpened('hold', directory, 4)).toBe(40);
  });
});

test('a trace tells the descriptors that were given', () => {
  expect(descriptorsGiven('7 openat2(3, "a b", {flags=O_RDONLY, resolve=0}, 24) = 19')).toEqual([19]);
  expect(descriptorsGiven('7  <... openat resumed>) = 19')).toEqual([19]);
  expect(descriptorsGiven('7 openat(3, "a = 4", O_RDONLY) = -1 ENOENT (No such file or directory)')).toEqual([]);
  expect(descriptorsGiven('7 openat(3, "a", O_RDONLY <unfinished ...>')).toEqual([]);
  expect(descriptorsGiven('7 pipe2([19, 20], O_CLOEXEC) = 0')).toEqual([19, 20]);
  expect(descriptorsGiven('7 fcntl(3, F_DUPFD_CLOEXEC, 0) = 19')).toEqual([19]);
  expect(descriptorsGiven('7 fcntl(3, F_GETFL) = 0x8000 (flags O_RDONLY|O_LARGEFILE)')).toEqual([]);
});
