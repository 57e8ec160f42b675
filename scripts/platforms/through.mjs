// @ts-check
// How a program of a target is started on this machine: as it is, over musl, through qemu's user mode emulation, or through
// Wine.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory, debianPackages, NotAvailable, run } from './tools.mjs';

/**
 * @typedef {object} Way
 * @property {readonly string[]} command what the program and its arguments are added to
 * @property {Readonly<Record<string, string | undefined>>} environment
 * @property {(path: string) => string} path a path of this machine, as the program spells it
 * @property {() => void} end ends what the way itself keeps running
 */

const nothing = () => undefined;

/** @type {Way} */
const native = { command: [], environment: {}, path: (path) => path, end: nothing };

/**
 * Programs for arm64 in a mount namespace of their own, in which the kernel starts them through qemu, so that they can start
 * others. Nothing is registered on the machine itself. The magic is the ELF header of an AArch64 program (elf(5), and the
 * kernel's Documentation/admin-guide/binfmt-misc.rst); F opens the interpreter at once.
 *
 * @returns {Way}
 */
function qemu() {
  const interpreter = '/usr/bin/qemu-aarch64-static';
  const libraries = '/usr/aarch64-linux-gnu';
  debianPackages([
    { file: interpreter, package: 'qemu-user-static' },
    { file: join(libraries, 'lib/ld-linux-aarch64.so.1'), package: 'libc6-arm64-cross' },
    { file: join(libraries, 'lib/libgcc_s.so.1'), package: 'libgcc-s1-arm64-cross' },
    { file: join(libraries, 'lib/libstdc++.so.6'), package: 'libstdc++6-arm64-cross' },
  ]);
  const magic = '\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00';
  const mask = '\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff';
  const script = [
    // Libraries where they are looked for, beside those of this machine. QEMU_LD_PREFIX would lead "/" itself elsewhere, and
    // the walk begins there for an absolute link.
    `mount -t overlay -o lowerdir=/usr/lib:${libraries}/lib overlay /usr/lib`,
    'mount -t binfmt_misc none /proc/sys/fs/binfmt_misc',
    `printf "%s" ":ploke-io-aarch64:M::${magic}:${mask}:${interpreter}:F" > /proc/sys/fs/binfmt_misc/register`,
    'exec "$@"',
  ].join(' && ');
  const command = ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, 'sh'];
  const [program = '', ...rest] = command;
  const tried = run(program, [...rest, 'true']);
  if (tried.status !== 0) {
    throw new NotAvailable(`no namespace for binfmt_misc can be made here: ${tried.stderr.trim().split('\n')[0]}`);
  }
  return { ...native, command };
}

/**
 * Programs that were built for Alpine: over Debian's musl, with Debian's libstdc++, and with musl-host.c in the place of the
 * one library of glibc that musl does not stand in for by itself.
 *
 * @returns {Way}
 */
function musl() {
  const libraries = {
    'libstdc++.so.6': '/usr/lib/x86_64-linux-gnu/libstdc++.so.6',
    'libgcc_s.so.1': '/lib/x86_64-linux-gnu/libgcc_s.so.1',
  };
  debianPackages([
    { file: '/lib/ld-musl-x86_64.so.1', package: 'musl' },
    { file: '/usr/bin/musl-gcc', package: 'musl-tools' },
    { file: libraries['libstdc++.so.6'], package: 'libstdc++6' },
    { file: libraries['libgcc_s.so.1'], package: 'libgcc-s1' },
  ]);
  const folder = join(cacheDirectory, 'musl');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, file] of Object.entries(libraries)) symlinkSync(file, join(folder, name));
  const source = fileURLToPath(new URL('musl-host.c', import.meta.url));
  const host = join(folder, 'ld-linux-x86-64.so.2');
  const { status, stderr } = run('musl-gcc', ['-O2', '-Wall', '-Werror', '-fPIC', '-shared', '-o', host, source]);
  if (status !== 0) throw new NotAvailable(`musl-gcc ended with ${status}: ${stderr.trim()}`);
  // LIBC is what node-gyp-build goes by where there is no /etc/alpine-release.
  return { ...native, environment: { LD_LIBRARY_PATH: folder, LIBC: 'musl' } };
}

/** @returns {Way} */
function wine() {
  const program = '/usr/lib/wine/wine64';
  debianPackages([
    { file: program, package: 'wine64' },
    { file: '/usr/bin/wineserver', package: 'wine' },
  ]);
  // DISPLAY is taken away: nothing here has a window, and Wine would look for a screen.
  const environment = {
    WINEPREFIX: join(cacheDirectory, 'wine'),
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    DISPLAY: undefined,
    // Wine tells a version of Windows that Node does not name among those it runs on.
    NODE_SKIP_PLATFORM_CHECK: '1',
  };
  const env = { ...process.env, ...environment };
  if (!existsSync(environment.WINEPREFIX)) {
    console.log('  making a Wine prefix');
    mkdirSync(environment.WINEPREFIX, { recursive: true });
    for (const args of [
      ['wineboot', '-i'],
      ['winecfg', '-v', 'win10'],
    ]) {
      const { status, stderr } = run(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
      if (status !== 0) throw new NotAvailable(`wine ${args.join(' ')} ended with ${status}: ${stderr.trim()}`);
    }
  }
  return {
    command: [program],
    environment,
    path: (path) => `Z:${path.replaceAll('/', '\\')}`,
    end: () => void run('wineserver', ['--kill'], { env }),
  };
}

const ways = { native: () => native, musl, qemu, wine };

/** @param {import('./targets.mjs').Target} target @returns {Way} @throws {NotAvailable} */
export const wayOf = (target) => ways[target.through]();
