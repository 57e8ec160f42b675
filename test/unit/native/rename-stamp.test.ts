import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { NativeDurability, NativeLockKind } from '../../../src/native/batch.js';
import { TargetMode } from '../../../src/native/change-batches.js';
import { loadAddon } from '../../../src/native/load.js';
import { nativeRootSet } from '../../support/native-root.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const addon = loadAddon();
const owner = '5'.repeat(32);

async function setUp() {
  const directory = temporaryDirectory();
  const at = (name: string): string => path.join(directory, name);
  mkdirSync(at('sub'));
  writeFileSync(at('file'), 'content');
  const set = await nativeRootSet(addon, [directory]);
  const pathsOf = (names: readonly string[]) => ({
    set,
    count: names.length,
    paths: names.join('\0'),
    roots: new Uint8Array(names.length),
    cancel: null,
  });
  return {
    at,
    /** Without the mark of a stamp that was taken of something young. */
    async stampOf(name: string): Promise<string | undefined> {
      const { stamps } = await addon.statBatch({ ...pathsOf([name]), followLinks: false });
      return stamps[0]?.replace('y', '');
    },
    async commit(names: readonly [string] | readonly [string, string], replace = false, expectedHash?: string) {
      const opened = addon.openTargetsNow({
        ...pathsOf(names),
        modes: Uint8Array.from(names, () => TargetMode.entry),
        createParents: new Uint8Array(names.length),
        durability: NativeDurability.none,
        hash: expectedHash !== undefined,
        contents: false,
        maxFileBytes: 1_000,
        lock: NativeLockKind.none,
        given: new Uint32Array(0),
      });
      const hash = expectedHash === undefined ? null : (opened.hashes[0] ?? null);
      const one = {
        targets: opened.targets,
        index: 0,
        durability: NativeDurability.none,
        cancel: null,
        expectedHash: hash,
        owner,
      };
      try {
        return await (names.length === 1 ? addon.removeEntry(one) : addon.renameEntry({ ...one, toIndex: 1, replace }));
      } finally {
        addon.closeTargets(opened.targets);
      }
    },
  };
}

test.each([
  ['a file', 'file', undefined],
  ['a file that is looked at after it was moved', 'file', 'expected'],
  ['a directory', 'sub', undefined],
])('the stamp of %s is that of its new name', async (_, name, expectedHash) => {
  const { commit, stampOf } = await setUp();
  const before = await stampOf(name);
  const { status, stamp } = await commit([name, 'moved'], false, expectedHash);
  expect(status).toBe(0);
  expect(stamp?.replace('y', '')).toBe(await stampOf('moved'));
  // rename(2) moves the time of the last status change.
  expect(stamp?.replace('y', '')).not.toBe(before);
});

test('where both names are links of one file the stamp is of after the old one was removed', async () => {
  const { at, commit, stampOf } = await setUp();
  linkSync(at('file'), at('other'));
  const { status, stamp } = await commit(['file', 'other'], true);
  expect(status).toBe(0);
  expect(stamp?.replace('y', '')).toBe(await stampOf('other'));
});

test('what was not renamed has none', async () => {
  const { commit } = await setUp();
  expect(await commit(['file', 'sub'])).toMatchObject({ status: constants.errno.EEXIST, stamp: undefined });
  expect(await commit(['file'])).toMatchObject({ status: 0, stamp: undefined });
});
