import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { NativeAddon } from './addon.js';

/** The package's folder: this file is `src/native/load.ts` or `dist/native/load.js` in it. */
const packageDirectory = fileURLToPath(new URL('../..', import.meta.url));

/** One of each part of the interface: an addon that an older version of the package left in build/ has not all of them. */
const expectedFunctions = [
  'syscallNames',
  'openRoot',
  'readBatch',
  'commitBatch',
  'tryLock',
  'openOwner',
  'probeDirectory',
] as const;

let loaded: NativeAddon | undefined;

/**
 * The addon, loaded at the first call of this thread (each worker thread has modules, and so a state, of its own).
 *
 * @throws ERR_PLOKE_NATIVE_MISSING when no build fits this platform or it cannot be loaded; the cause is the loader's error.
 */
export function loadAddon(): NativeAddon {
  loaded ??= loadAddonFrom(packageDirectory);
  return loaded;
}

/** Loads it from `build/Release`, `build/Debug` or `prebuilds/` of a folder, in this order (node-gyp-build). */
export function loadAddonFrom(directory: string): NativeAddon {
  let addon: unknown;
  try {
    const load = createRequire(import.meta.url)('node-gyp-build') as (directory: string) => unknown;
    addon = load(directory);
  } catch (cause) {
    throw missing('The native addon of ploke-io could not be loaded', cause);
  }
  const functions = addon as Readonly<Record<string, unknown>>;
  const absent = expectedFunctions.filter((name) => typeof functions[name] !== 'function');
  if (absent.length > 0) {
    throw missing(`The native addon of ploke-io is of another version of the package (no ${absent.join(', ')})`);
  }
  return addon as NativeAddon;
}

function missing(message: string, cause?: unknown): PlokeIoError {
  const platform = `${process.platform}-${process.arch}`;
  return new PlokeIoError({
    code: 'ERR_PLOKE_NATIVE_MISSING',
    message: `${message} (${platform}, Node ${process.versions.node})`,
    operation: 'openWorkspace',
    cause,
    details: { platform: process.platform, arch: process.arch, node: process.versions.node },
  });
}
