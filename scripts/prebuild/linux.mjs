// @ts-check
// Linux: prebuildify, which runs node-gyp, which runs zig for another C library or processor.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilerFlags, compileUncaught, fastSources, linkTimeOptions, smallest, wholeProgram } from './flags.mjs';
import { stage } from './stage.mjs';
import { prebuildFile } from './targets.mjs';
import { root, run } from './toolchain.mjs';

// A binary of Node-API serves every Node; the version only names the headers, which are given.
const nodeVersion = '20.19.0';

// What nobody calls is left out, and so is the older of the two tables of symbols, which is for systems before 2006.
// Stripped by the linker, since the strip of this machine knows its own processor only.
const linkerFlags = ['-Wl,--gc-sections', '-Wl,--hash-style=gnu', '-Wl,-s'];

/**
 * @param {import('./targets.mjs').Target} target @param {import('./toolchain.mjs').Toolchain} toolchain
 * @returns {Promise<string>} the file
 */
export async function buildLinux(target, toolchain) {
  if (target.libc === undefined) throw new Error(`${target.name} has no C library`);
  const { directory, nodeDirectory } = stage(target.name, toolchain);
  const flags = compilerFlags(target, toolchain, directory);
  const uncaught = await compileUncaught(flags, toolchain, directory);
  const compiler = join(directory, 'compiler.sh');
  writeFileSync(compiler, compilerScript(toolchain.zig, [...flags, ...wholeProgram(target)]), { mode: 0o755 });
  const prebuildify = join(dirname(fileURLToPath(import.meta.resolve('prebuildify'))), 'bin.js');
  const args = ['--napi', '--name', 'ploke-io', '--target', nodeVersion, '--platform', target.platform];
  await run(process.execPath, [prebuildify, ...args, '--arch', target.arch, '--tag-libc', target.libc], {
    cwd: directory,
    env: {
      ...toolchain.environment,
      CC: compiler,
      CXX: compiler,
      AR: `${toolchain.zig} ar`,
      LDFLAGS: [...linkerFlags, uncaught].join(' '),
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

/**
 * What node-gyp takes for its compiler: that has the same flags for every source, and zig lets nobody tell its linker how
 * to compile the whole, nor to fold functions that came out the same. So zig is asked for the linker's command, which then
 * is run with that added. `safe`: not those of which an address is taken.
 *
 * @param {string} zig @param {readonly string[]} flags
 */
function compilerScript(zig, flags) {
  const command = [zig, 'c++', ...flags].map((word) => `'${word}'`).join(' ');
  const added = ['--icf=safe', ...linkTimeOptions.flatMap((option) => ['-mllvm', option])];
  return [
    '#!/bin/sh',
    'set -e',
    'case " $* " in',
    `  ${fastSources.map((source) => `*"/${source} "*`).join(' | ')}) exec ${command} "$@" ;;`,
    '  *" -shared "*)',
    // zig makes its own libraries as this command says; where they are not made yet, the links of those are told before.
    `    said=$(${command} "$@" ${smallest.join(' ')} -v 2>&1) || { echo "$said" >&2; exit 1; }`,
    `    exec '${zig}' $(echo "$said" | grep '^ld.lld ' | tail -n 1) ${added.join(' ')} ;;`,
    `  *) exec ${command} "$@" ${smallest.join(' ')} ;;`,
    'esac',
    '',
  ].join('\n');
}
