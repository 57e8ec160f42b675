// @ts-check
// A folder with what a build reads and nothing else. node-gyp empties `build/` where it runs, and a developer's own build
// is there; and every path in it is relative, so that none of this machine gets into a binary.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cache, root } from './toolchain.mjs';

/**
 * The folder has the same name every time, since zig finds an object of an earlier run by the path of its source.
 *
 * @param {string} name @param {import('./toolchain.mjs').Toolchain} toolchain
 * @returns {{ directory: string, nodeDirectory: string }}
 */
export function stage(name, toolchain) {
  const directory = join(cache, 'stage', name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(directory, 'node_modules'), { recursive: true });
  for (const item of ['binding.gyp', 'native', 'package.json']) {
    cpSync(join(root, item), join(directory, item), { recursive: true });
  }
  const nodeAddonApi = dirname(fileURLToPath(import.meta.resolve('node-addon-api/package.json')));
  cpSync(nodeAddonApi, join(directory, 'node_modules/node-addon-api'), { recursive: true });
  const nodeDirectory = join(directory, 'node');
  cpSync(toolchain.headers, join(nodeDirectory, 'include/node'), { recursive: true });
  cpSync(fileURLToPath(new URL('node-headers', import.meta.url)), join(nodeDirectory, 'include/node'), {
    recursive: true,
  });
  return { directory, nodeDirectory };
}
