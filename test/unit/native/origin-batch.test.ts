import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { NativeFailure } from '../../../src/native/batch.js';
import { loadAddon } from '../../../src/native/load.js';
import { nativeRootSet } from '../../support/native-root.js';
import { forge } from '../../support/other-process.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const addon = loadAddon();
const { EISDIR, ENOENT } = constants.errno;

async function setUp() {
  const directory = temporaryDirectory();
  const at = (name: string): string => path.join(directory, name);
  const set = await nativeRootSet(addon, [directory]);
  const pathsOf = (names: readonly string[]) => ({
    set,
    count: names.length,
    paths: names.join('\0'),
    roots: new Uint8Array(names.length),
    cancel: null,
  });
  return { at, pathsOf, ask: (...names: string[]) => addon.originBatch(pathsOf(names)) };
}

test('tells the origin of each file, with the stamp of the version that it speaks of', async () => {
  const { at, pathsOf, ask } = await setUp();
  mkdirSync(at('sub'));
  forge(at('a'), '1 $version one ✓');
  forge(at('sub/b'), '1 $version two words');
  writeFileSync(at('c'), 'nobody says');
  const names = ['a', 'sub/b', 'c'];
  const { status, origins, stamps } = await ask(...names);
  expect([...status]).toEqual([0, 0, 0]);
  expect([...origins]).toEqual(['one ✓', 'two words', undefined]);
  expect(stamps).toEqual((await addon.statBatch({ ...pathsOf(names), followLinks: false })).stamps);
});

test('opens regular files beneath the root alone, and waits for nobody', async () => {
  const { at, ask } = await setUp();
  forge(at('a'), '1 $version other');
  symlinkSync('a', at('link'));
  mkdirSync(at('d'));
  execFileSync('mkfifo', [at('pipe')]);
  const outside = path.join(temporaryDirectory(), 'a');
  forge(outside, '1 $version other');
  symlinkSync(path.dirname(outside), at('away'));
  const { status, origins, stamps } = await ask('link', 'd', 'pipe', 'missing', 'away/a');
  expect([...status].slice(1)).toEqual([EISDIR, NativeFailure.notRegularFile, ENOENT, NativeFailure.escape]);
  expect(status[0]).not.toBe(0);
  expect([...origins, ...stamps].filter((value) => value !== undefined)).toEqual([]);
});
