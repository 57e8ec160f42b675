// @ts-check
// What a target needs besides the project: packages of npm that hold programs of other platforms, and Debian's qemu and
// Wine. Nothing is installed into the project.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Kept between runs. PLOKE_IO_PLATFORMS_CACHE names another place. */
export const cacheDirectory =
  process.env.PLOKE_IO_PLATFORMS_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ploke-io', 'platforms');

/** A target that cannot be had here, and why. */
export class NotAvailable extends Error {}

/** @param {string} program @param {readonly string[]} args @param {import('node:child_process').SpawnSyncOptions} [options] */
export function run(program, args, options) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', ...options });
  if (error) throw error;
  return { status, stdout: String(stdout ?? ''), stderr: String(stderr ?? '') };
}

/**
 * The folder of a package as npm unpacks it. `npm pack` is asked and not `npm install`: it takes packages of other
 * platforms as they are, and runs no script of theirs.
 *
 * @param {string} spec name@version @returns {string}
 */
export function packageFolder(spec) {
  const folder = join(cacheDirectory, spec.replace(/[@/]/g, '_'));
  if (existsSync(folder)) return folder;
  mkdirSync(cacheDirectory, { recursive: true });
  const fresh = mkdtempSync(join(cacheDirectory, 'new-'));
  try {
    console.log(`  fetching ${spec}`);
    const packed = run('npm', ['pack', '--silent', '--pack-destination', fresh, spec], { cwd: fresh });
    const [archive] = readdirSync(fresh).filter((name) => name.endsWith('.tgz'));
    if (packed.status !== 0 || !archive)
      throw new NotAvailable(`npm has no ${spec}: ${packed.stderr.trim().split('\n')[0]}`);
    const unpacked = join(fresh, 'package');
    mkdirSync(unpacked);
    const { status, stderr } = run('tar', ['-xzf', join(fresh, archive), '-C', unpacked, '--strip-components=1']);
    if (status !== 0) throw new NotAvailable(`${spec} does not unpack: ${stderr.trim()}`);
    renameSync(unpacked, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}

let isAptUpdated = false;

/**
 * Has Debian packages installed, where this is Debian and this user may.
 *
 * @param {readonly { file: string, package: string }[]} needed each with a file that shows that it is there
 */
export function debianPackages(needed) {
  const missing = needed.filter(({ file }) => !existsSync(file)).map((one) => one.package);
  if (missing.length === 0) return;
  const words = missing.join(', ');
  if (process.getuid?.() !== 0) throw new NotAvailable(`${words} is not installed, and only root may install it`);
  if (!existsSync('/usr/bin/apt-get')) throw new NotAvailable(`${words} is not installed, and there is no apt-get`);
  console.log(`  installing ${words}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  if (!isAptUpdated) run('apt-get', ['update', '-qq'], { env });
  isAptUpdated = true;
  const { status, stderr } = run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env });
  if (status !== 0) throw new NotAvailable(`apt-get could not install ${words}: ${stderr.trim().split('\n').at(-1)}`);
}
