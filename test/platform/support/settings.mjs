// @ts-check
// What the runner (test/platform/run.mjs) tells the process of a suite, and that one its own children, through one
// variable of the environment. Without it a suite runs over the package that it lies in: `node test/platform/suites/x.mjs`.
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Settings
 * @property {string} entry URL of the module that `import 'ploke-io'` loads
 * @property {string} packageDirectory the folder of the package, without links
 * @property {boolean} prebuilt whether the addon has to come out of `prebuilds/`
 * @property {string | null} report the file that a line of JSON is added to for each test
 * @property {readonly { readonly test: string, readonly reason: string }[]} skips
 * @property {number} patience how many times slower than a usual machine the target may be
 */

const variable = 'PLOKE_IO_PLATFORM_SUITE';

/** @returns {Settings} */
function read() {
  const told = process.env[variable];
  if (told !== undefined) return JSON.parse(told);
  const packageUrl = new URL('../../../', import.meta.url);
  return {
    entry: new URL('dist/index.js', packageUrl).href,
    packageDirectory: fileURLToPath(packageUrl),
    prebuilt: false,
    report: null,
    skips: [],
    patience: 1,
  };
}

export const settings = read();

/** @param {Settings} told @returns {NodeJS.ProcessEnv} the environment of a process that is to see them */
export const environmentWith = (told) => ({ ...process.env, [variable]: JSON.stringify(told) });

/** Which program runs this file. */
export const runtime = 'Bun' in globalThis ? 'bun' : 'Deno' in globalThis ? 'deno' : 'node';

/** What stands between the path of the runtime and that of a script of ours. */
export const scriptArguments = runtime === 'deno' ? ['run', '--allow-all', '--quiet'] : [];

export const isWindows = process.platform === 'win32';
