// @ts-check
// An installed package, made without a registry: what package.json publishes, the prebuilt addon of one platform and the
// production dependencies, in a folder of their own. It has no build/, so no other addon can be loaded by mistake.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NotAvailable, run } from './tools.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string} folder */
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** @param {string} directory @returns {number} when the youngest file in it was changed */
const youngest = (directory) =>
  Math.max(...readdirSync(directory).map((name) => statSync(join(directory, name)).mtimeMs));

/** @typedef {import('./targets.mjs').Target} Target */

/**
 * The addons of a target, by the tags that node-gyp-build knows: without a tag of a C library a file serves all of them.
 *
 * @param {Target} target @returns {string[]} names of files
 */
function addonsOf({ prebuild, libc }) {
  const folder = join(root, 'prebuilds', prebuild);
  const isOther = (/** @type {string} */ name) =>
    ['glibc', 'musl'].some((tag) => tag !== libc && name.split('.').includes(tag));
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.endsWith('.node') && !isOther(name));
}

/** Whether they are there, and not older than what they are made from. @param {Target} target */
export function isFresh(target) {
  const sources = Math.max(youngest(join(root, 'native')), statSync(join(root, 'binding.gyp')).mtimeMs);
  const addons = addonsOf(target).map((name) => join(root, 'prebuilds', target.prebuild, name));
  return addons.length > 0 && addons.every((addon) => statSync(addon).mtimeMs >= sources);
}

/** Makes the addons of a target where they are missing or stale. @param {Target} target */
export function bringPrebuild(target) {
  const { prebuild } = target;
  if (isFresh(target)) return;
  if (!manifestOf(root).scripts.prebuild) {
    throw new NotAvailable(`the addon for ${prebuild} is missing in prebuilds/, or older than native/`);
  }
  console.log(`  prebuilding ${prebuild}`);
  const { status } = run('npm', ['run', 'prebuild', '--', prebuild], { cwd: root, stdio: 'inherit' });
  if (status !== 0 || !isFresh(target)) throw new Error(`npm run prebuild -- ${prebuild} ended with ${status}`);
}

/** @param {string} name @param {Set<string>} found @returns {Set<string>} the packages that it needs in production */
function withDependencies(name, found) {
  if (found.has(name)) return found;
  found.add(name);
  for (const needed of Object.keys(manifestOf(join(root, 'node_modules', name)).dependencies ?? {})) {
    withDependencies(needed, found);
  }
  return found;
}

/** Of this machine alone: what `npm run build` makes, for where no prebuild was made. */
const localBuild = join(root, 'build', 'Release', 'ploke_io.node');

/**
 * Puts the addon of `npm run build` into the place of a missing prebuild.
 *
 * @param {Pick<Target, 'prebuild' | 'libc'>} target @param {string} packageDirectory
 */
export function takeLocalBuild(target, packageDirectory) {
  console.log('  with the addon that `npm run build` made, in the place of a prebuild');
  const folder = join(packageDirectory, 'prebuilds', target.prebuild);
  mkdirSync(folder, { recursive: true });
  cpSync(localBuild, join(folder, `ploke-io.${target.libc}.node`));
}

/**
 * @param {string} directory @param {Target} target
 * @returns {{ packageDirectory: string, suite: string }} the installed package, and the suite's run.mjs beside it
 */
export function stage(directory, target) {
  const manifest = manifestOf(root);
  const modules = join(directory, 'node_modules');
  const packageDirectory = join(modules, manifest.name);
  mkdirSync(packageDirectory, { recursive: true });
  const addons = addonsOf(target).map((name) => join('prebuilds', target.prebuild, name));
  for (const name of ['package.json', 'dist', ...addons]) {
    cpSync(join(root, name), join(packageDirectory, name), { recursive: true });
  }
  /** @type {Set<string>} */
  const dependencies = new Set();
  for (const name of Object.keys(manifest.dependencies)) withDependencies(name, dependencies);
  for (const name of dependencies) cpSync(join(root, 'node_modules', name), join(modules, name), { recursive: true });
  const outer = { private: true, type: 'module', dependencies: { [manifest.name]: manifest.version } };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(outer));
  cpSync(join(root, 'test', 'platform'), join(directory, 'suite'), { recursive: true });
  return { packageDirectory, suite: join(directory, 'suite', 'run.mjs') };
}
