// @ts-check
// Links the addon for macOS. zig's own linker neither compiles the whole as one nor leaves out the names of what is not
// exported: a megabyte. LLVM's does both, of the version that zig compiles with, since it reads what that writes.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianPackages } from '../platforms/tools.mjs';
import { linkTimeOptions } from './flags.mjs';
import { oldest } from './targets.mjs';
import { run } from './toolchain.mjs';

/**
 * @typedef {object} Link
 * @property {import('./targets.mjs').Target} target
 * @property {import('./toolchain.mjs').Toolchain} toolchain
 * @property {string} directory that is built in
 * @property {readonly string[]} objects for the linker to compile
 * @property {string} uncaught what stands for the exceptions of the C++ library
 * @property {readonly string[]} compiler flags for compiling and linking
 * @property {readonly string[]} libraries as binding.gyp names them
 */

const llvm = 16;
const linkers = [`/usr/bin/ld64.lld-${llvm}`, `/usr/lib/llvm-${llvm}/bin/ld64.lld`];
const exported = ['_napi_register_module_v1', '_node_api_module_get_api_version_v1'];

/** @param {Link} link @returns {Promise<string>} the file */
export async function linkForMac({ target, toolchain, directory, objects, uncaught, compiler, libraries }) {
  const options = { cwd: directory, env: toolchain.environment };
  const output = 'objects/ploke-io.node';
  const names = 'objects/exported';
  writeFileSync(join(directory, names), exported.map((name) => `${name}\n`).join(''));
  const arch = target.arch === 'x64' ? 'x86_64' : 'arm64';
  await run(
    linker(),
    [
      ...['-arch', arch, '-platform_version', 'macos', oldest.macos, oldest.macos, '-dylib'],
      ...['-install_name', '@rpath/ploke-io.node', '-exported_symbols_list', names],
      // Node-API, and nothing else, is looked up in the program that loads the addon, dlopen(3) of macOS.
      ...toolchain.functions.flatMap((name) => ['-U', `_${name}`]),
      ...['-dead_strip', '-x', '-S', '--icf=all', '-no_function_starts', '-no_data_in_code_info', '-adhoc_codesign'],
      ...linkTimeOptions.flatMap((option) => ['-mllvm', option]),
      ...objects,
      uncaught,
      ...(await zigLibraries(toolchain, compiler, uncaught, options)),
      join(toolchain.zigDirectory, `lib/libc/darwin/libSystem.${oldest.macos.split('.')[0]}.tbd`),
      ...libraries,
      ...['-o', output],
    ],
    options,
  );
  return output;
}

/** Has zig make its C++ library for the target. @returns {Promise<string[]>} */
async function zigLibraries(
  /** @type {import('./toolchain.mjs').Toolchain} */ toolchain,
  /** @type {readonly string[]} */ compiler,
  /** @type {string} */ uncaught,
  /** @type {{ cwd: string, env: NodeJS.ProcessEnv }} */ options,
) {
  const args = [
    'c++',
    ...compiler,
    '-Os',
    '-shared',
    uncaught,
    '-Wl,-undefined,dynamic_lookup',
    '-o',
    'objects/unused',
  ];
  const said = await run(toolchain.zig, args, { ...options, env: { ...options.env, ZIG_VERBOSE_LINK: '1' } });
  const command = said.split('\n').findLast((line) => line.startsWith('zig ld '));
  const found = command?.split(' ').filter((word) => /\/lib(c\+\+|c\+\+abi|compiler_rt)\.a$/.test(word)) ?? [];
  if (found.length !== 3) throw new Error(`zig did not say which libraries it links:\n${said}`);
  return found;
}

function linker() {
  const found = linkers.find((name) => existsSync(name));
  if (found !== undefined) return found;
  const [file = ''] = linkers;
  debianPackages([{ file, package: `lld-${llvm}` }]);
  return file;
}
