// @ts-check
// Linux: prebuildify, which runs node-gyp, which runs zig for another C library or processor.
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stage } from './stage.mjs';
import { prebuildFile } from './targets.mjs';
import { root, run } from './toolchain.mjs';

// A binary of Node-API serves every Node; the version only names the headers, which are given.
const nodeVersion = '20.19.0';

// zig makes its C++ library as the linking command says (without a level: for debugging, three times the size), and what
// nobody calls is left out. Stripped by the linker, since the strip of this machine knows its own processor only.
const linkerFlags = ['-Os', '-Wl,--gc-sections', '-Wl,-s'];

/**
 * @param {import('./targets.mjs').Target} target @param {import('./toolchain.mjs').Toolchain} toolchain
 * @returns {Promise<string>} the file
 */
export async function buildLinux(target, toolchain) {
  if (target.libc === undefined) throw new Error(`${target.name} has no C library`);
  const { directory, nodeDirectory } = stage(target.name, toolchain);
  const compiler = [
    `-target ${target.triple}`,
    '-mcpu=baseline',
    '-ffunction-sections -fdata-sections',
    `-ffile-prefix-map=${directory}=.`,
    `-ffile-prefix-map=${toolchain.zigDirectory}=zig`,
  ].join(' ');
  const prebuildify = join(dirname(fileURLToPath(import.meta.resolve('prebuildify'))), 'bin.js');
  const args = ['--napi', '--name', 'ploke-io', '--target', nodeVersion, '--platform', target.platform];
  await run(process.execPath, [prebuildify, ...args, '--arch', target.arch, '--tag-libc', target.libc], {
    cwd: directory,
    env: {
      ...toolchain.environment,
      CC: `${toolchain.zig} cc ${compiler}`,
      CXX: `${toolchain.zig} c++ ${compiler}`,
      AR: `${toolchain.zig} ar`,
      LDFLAGS: linkerFlags.join(' '),
      JOBS: '2',
      npm_config_nodedir: nodeDirectory,
      PREBUILD_NODE_GYP: fileURLToPath(import.meta.resolve('node-gyp/bin/node-gyp.js')),
    },
  });
  const file = prebuildFile(target);
  mkdirSync(dirname(join(root, file)), { recursive: true });
  cpSync(join(directory, file), join(root, file));
  return file;
}
