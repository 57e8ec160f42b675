// @ts-check
// The binaries of a release, each by its name: one that is missing here is not built, and one that is listed here and not
// built fails the package (scripts/check-prebuilds.mjs).
import { join } from 'node:path';

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {'linux' | 'win32' | 'darwin'} platform as `process.platform` has it
 * @property {'x64' | 'arm64'} arch as `process.arch` has it
 * @property {'glibc' | 'musl' | undefined} libc
 * @property {string} triple what zig calls it, with the oldest version of the C library or of the system
 */

/** The oldest versions that decision 5 promises (docs/decisions/0005-platforms.md). */
export const oldest = { glibc: '2.17', macos: '12.0' };

/** @type {readonly Target[]} */
export const targets = [
  linux('x64', 'glibc', `x86_64-linux-gnu.${oldest.glibc}`),
  linux('x64', 'musl', 'x86_64-linux-musl'),
  linux('arm64', 'glibc', `aarch64-linux-gnu.${oldest.glibc}`),
  linux('arm64', 'musl', 'aarch64-linux-musl'),
  { name: 'win32-x64', platform: 'win32', arch: 'x64', libc: undefined, triple: 'x86_64-windows-gnu' },
  { name: 'win32-arm64', platform: 'win32', arch: 'arm64', libc: undefined, triple: 'aarch64-windows-gnu' },
  { name: 'darwin-x64', platform: 'darwin', arch: 'x64', libc: undefined, triple: `x86_64-macos.${oldest.macos}` },
  { name: 'darwin-arm64', platform: 'darwin', arch: 'arm64', libc: undefined, triple: `aarch64-macos.${oldest.macos}` },
];

/** @param {'x64' | 'arm64'} arch @param {'glibc' | 'musl'} libc @param {string} triple @returns {Target} */
function linux(arch, libc, triple) {
  return { name: `linux-${arch}-${libc}`, platform: 'linux', arch, libc, triple };
}

/**
 * The file of a target below the project's root, as node-gyp-build looks for it: the tags between the name and the ending
 * are matched with the running process.
 *
 * @param {Target} target
 */
export function prebuildFile(target) {
  const name = target.libc === undefined ? 'ploke-io.node' : `ploke-io.${target.libc}.node`;
  return join('prebuilds', `${target.platform}-${target.arch}`, name);
}

/**
 * The targets that names stand for: `all`, a target's name, or a platform and architecture (`linux-x64`: glibc and musl).
 *
 * @param {readonly string[]} names @returns {Target[]}
 */
export function targetsNamed(names) {
  const wanted = new Set();
  for (const name of names) {
    const found = targets.filter(
      (target) => name === 'all' || name === target.name || name === `${target.platform}-${target.arch}`,
    );
    if (found.length === 0) {
      throw new Error(`there is no target ${name}; the targets are all, ${targets.map(({ name }) => name).join(', ')}`);
    }
    for (const target of found) wanted.add(target);
  }
  return targets.filter((target) => wanted.has(target));
}
