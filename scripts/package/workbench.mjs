// @ts-check
// What the cases of `npm run test:package` are made on: the packed package, projects that have installed it, and programs
// of other packages.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeLocalBuild } from '../platforms/stage.mjs';
import { cacheDirectory } from '../platforms/tools.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const addonName = 'prebuilds/linux-x64/ploke-io.glibc.node';
const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
/** What npm prints is for no one, what it complains of is. @type {import('node:child_process').StdioOptions} */
const complaints = ['ignore', 'ignore', 'inherit'];

export class Workbench {
  /** @param {string} directory empty, and removed by the caller @param {boolean} isShort */
  constructor(directory, isShort) {
    this.directory = directory;
    this.toolFolder = toolFolder(isShort);
    this.tarball = pack(directory);
  }

  /** The folder of a package of test/package/tools. @param {string} name */
  tool(name) {
    return join(this.toolFolder, 'node_modules', name);
  }

  /** A project with the programs that the cases run, and without the package. @param {string} name */
  project(name) {
    const directory = join(this.directory, name);
    mkdirSync(directory);
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name, private: true, version: '1.0.0' }));
    cpSync(join(root, 'test/package/programs'), directory, { recursive: true });
    return directory;
  }

  /** One that has installed the package with scripts off. @param {string} name */
  installed(name) {
    const directory = this.project(name);
    execFileSync('npm', ['install', '--ignore-scripts', ...quiet, this.tarball], { cwd: directory, stdio: complaints });
    return directory;
  }

  /** A copy of an installed one in which no prebuild fits. @param {string} installed @param {string} name */
  withoutPrebuilds(installed, name) {
    const directory = join(this.directory, name);
    cpSync(installed, directory, { recursive: true });
    rmSync(join(directory, 'node_modules/ploke-io/prebuilds'), { recursive: true });
    return directory;
  }
}

/** @param {string} directory */
export function rebuild(directory) {
  execFileSync('npm', ['rebuild', 'ploke-io', ...quiet], { cwd: directory, stdio: complaints });
}

/**
 * Throws unless a program ends well and prints that it works.
 *
 * @param {string} directory @param {readonly string[]} args
 * @param {{ node?: string, environment?: NodeJS.ProcessEnv }} [more]
 */
export function works(directory, args, { node = process.execPath, environment = {} } = {}) {
  const env = { ...process.env, ...environment };
  const { status, stdout, stderr } = spawnSync(node, args, { cwd: directory, env, encoding: 'utf8', timeout: 300_000 });
  if (status !== 0 || !stdout.endsWith('works\n')) throw new Error(`ended with ${status}\n${stdout}${stderr}`);
}

/** Throws what a check prints unless it is content. @param {string} directory @param {readonly string[]} args */
export function passes(directory, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' });
  if (status !== 0) throw new Error(`ended with ${status}\n${stdout}${stderr}`);
}

/** The package, with the addon of `npm run build` where no prebuild was made. @param {string} directory @returns {string} */
function pack(directory) {
  const packing = ['pack', '--ignore-scripts', '--silent', '--pack-destination', directory];
  const archive = () => join(directory, readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? '');
  execFileSync('npm', packing, { cwd: root });
  if (existsSync(join(root, addonName))) return archive();
  execFileSync('tar', ['-xzf', archive()], { cwd: directory });
  rmSync(archive());
  takeLocalBuild({ prebuild: 'linux-x64', libc: 'glibc' }, join(directory, 'package'));
  execFileSync('npm', packing, { cwd: join(directory, 'package') });
  return archive();
}

/** Installed once for each state of its lock file, and kept with what the platform suite has fetched. @param {boolean} isShort */
function toolFolder(isShort) {
  const source = join(root, 'test/package/tools');
  const lock = createHash('sha256')
    .update(readFileSync(join(source, 'package-lock.json')))
    .digest('hex');
  const folder = join(cacheDirectory, `package-tools-${isShort ? 'short-' : ''}${lock.slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheDirectory, { recursive: true });
  const fresh = mkdtempSync(join(cacheDirectory, 'new-'));
  try {
    cpSync(source, fresh, { recursive: true });
    const without = isShort ? ['--omit', 'dev'] : [];
    execFileSync('npm', ['ci', '--ignore-scripts', ...quiet, ...without], { cwd: fresh, stdio: complaints });
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}
