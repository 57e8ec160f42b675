// @ts-check
// How the addon is compiled beyond what binding.gyp says: small, since the package carries eight of them, and so that a
// binary depends on nothing but its sources.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './toolchain.mjs';

/** @typedef {import('./targets.mjs').Target} Target */
/** @typedef {import('./toolchain.mjs').Toolchain} Toolchain */

/**
 * What runs for each byte of a content stays at the level of binding.gyp. All else runs once a file, beside which the system
 * calls do, or once a call, beside which making its promise takes long.
 */
export const fastSources = ['native/sha256.cc', 'native/slice.cc', 'native/utf8.cc'];

/** For all other sources. zig makes -Os of -Oz, so that clang itself has to be told. */
export const smallest = ['-Os', '-Xclang', '-Oz'];

/**
 * The linker compiles the whole addon as one (LLVM's link-time optimisation): a tenth smaller. zig refuses that for macOS,
 * where another linker does it, so clang itself has to be told.
 *
 * @param {Target} target @returns {string[]}
 */
export function wholeProgram(target) {
  return target.platform === 'darwin' ? ['-Xclang', '-flto=full', '-Xclang', '-emit-llvm-bc'] : ['-flto'];
}

/**
 * For LLVM inside the linker, as its command line on Linux and macOS wants them: a function is not repeated where it is
 * called, and functions that came out the same are one.
 */
export const linkTimeOptions = ['-inline-threshold=0', '-inlinehint-threshold=0', '-enable-merge-functions'];

/**
 * For compiling and for linking. Without -g0 zig has clang describe every type for a debugger.
 *
 * @param {Target} target @param {Toolchain} toolchain @param {string} directory that is built in
 */
export function compilerFlags(target, toolchain, directory) {
  return [
    '-target',
    target.triple,
    '-mcpu=baseline',
    '-g0',
    '-ffunction-sections',
    '-fdata-sections',
    // Of use to those that unwind through the addon only. On Windows every function has to have them (x64 ABI).
    ...(target.platform === 'win32' ? [] : ['-fno-asynchronous-unwind-tables', '-fno-unwind-tables']),
    `-ffile-prefix-map=${directory}=.`,
    `-ffile-prefix-map=${toolchain.zigDirectory}=zig`,
  ];
}

/**
 * Compiles what stands for the exceptions of the C++ library.
 *
 * @param {readonly string[]} flags @param {Toolchain} toolchain @param {string} directory
 * @returns {Promise<string>} the object's path
 */
export async function compileUncaught(flags, toolchain, directory) {
  const source = fileURLToPath(new URL('uncaught.c', import.meta.url));
  const object = join(directory, 'uncaught.o');
  const warnings = ['-Wall', '-Wextra', '-Werror'];
  const args = ['cc', ...flags, ...smallest, ...warnings, '-fPIC', '-fvisibility=hidden', '-c', source, '-o', object];
  await run(toolchain.zig, args, { cwd: directory, env: toolchain.environment });
  return object;
}
