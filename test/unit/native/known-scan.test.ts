import { truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadAddon } from '../../../src/native/load.js';
import type { ScanKnownResult } from '../../../src/native/look-batches.js';
import { nativeRootSet } from '../../support/native-root.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const addon = loadAddon();
const mebibyte = 1024 * 1024;
const noHash = `sha256-${'0'.repeat(64)}`;

async function scanOf(names: readonly string[], root: string) {
  const paths = addon.createKnownPaths();
  addon.addKnownPaths(paths, names.join('\0'), new Uint8Array(names.length));
  await addon.sealKnownPaths(paths);
  const states = addon.createKnownStates(names.length);
  addon.setKnownStates(
    states,
    Uint32Array.from(names.keys()),
    noHash.repeat(names.length),
    names.map(() => '').join('\0'),
  );
  const set = await nativeRootSet(addon, [root]);
  const nextChunk = new Uint32Array(1);
  return (places: Uint32Array | null): Promise<ScanKnownResult> =>
    addon.scanKnown({ set, paths, states, nextChunk, places, content: true, cancel: null });
}

test('a call that has read much leaves the rest of its files for the next', async () => {
  const root = temporaryDirectory();
  const names = Array.from({ length: 64 }, (_, index) => `f${String(index).padStart(2, '0')}`);
  for (const name of names) {
    await writeFile(path.join(root, name), name);
    await truncate(path.join(root, name), mebibyte);
  }
  const scan = await scanOf(names, root);

  const found: number[] = [];
  let left: Uint32Array | null = null;
  for (let isEnd = false; !isEnd; ) {
    const result = await scan(left);
    // What is much, and the file with which it became so.
    expect(result.bytesRead).toBeLessThanOrEqual(17 * mebibyte);
    found.push(...result.places);
    left = result.left.length > 0 ? result.left : null;
    isEnd = result.ended && left === null;
  }
  // Each once.
  expect(found).toEqual([...names.keys()]);
});
