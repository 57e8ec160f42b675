import { onTestFinished } from 'vitest';
import type { NativeAddon } from '../../src/native/addon.js';
import { type NativeRootSet, NativeSymlinks } from '../../src/native/batch.js';

/** A set of these directories, as the addon knows it; closed when the test ends. */
export async function nativeRootSet(addon: NativeAddon, directories: readonly string[]): Promise<NativeRootSet> {
  const opened = await Promise.all(directories.map((directory) => addon.openRoot(directory)));
  const set = addon.createRootSet({
    roots: opened.map(({ root }) => root),
    spellings: directories.map((path, root) => ({ path, root, prefix: '' })),
    symlinks: NativeSymlinks['deny-cross-root'],
    allowHardLinks: true,
    allowMounts: true,
  });
  onTestFinished(() => {
    addon.closeRootSet(set);
    for (const { root } of opened) addon.closeRoot(root);
  });
  return set;
}
