import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NativeAddon } from './addon.js';
import { addonFiles, type Host, thisHost } from './addon-files.js';
import { addonMembers } from './addon-members.js';
import { absentAddon, staleAddon, unloadableAddon } from './load-failure.js';

let loaded: NativeAddon | undefined;
let origin: AddonOrigin | undefined;

/** Where the addon of this thread came from. */
export interface AddonOrigin {
  /** `compiled`: from `build/` of the package. `provided`: by the program, through `ploke-io/native`. */
  readonly kind: 'compiled' | 'prebuilt' | 'provided';
  /** undefined where it was provided. */
  readonly file: string | undefined;
}

/** undefined before it is loaded. */
export function addonOrigin(): AddonOrigin | undefined {
  return origin;
}

/**
 * The addon, loaded at the first call of this thread (each worker thread has modules, and so a state, of its own).
 *
 * @throws ERR_PLOKE_NATIVE_MISSING when no build fits this platform or it cannot be loaded: `details.reason` says which, the
 * cause is the loader's error.
 */
export function loadAddon(): NativeAddon {
  if (loaded === undefined) {
    const found = findAddon(addonDirectories(process.env.PLOKE_IO_NATIVE_DIRECTORY));
    loaded = found.addon;
    origin = { kind: found.file.includes(`${sep}prebuilds${sep}`) ? 'prebuilt' : 'compiled', file: found.file };
  }
  return loaded;
}

/**
 * Takes an addon that the program itself has loaded, as a bundler wants it (`ploke-io/native`).
 *
 * @throws ERR_PLOKE_NATIVE_MISSING for anything else, or for the addon of another version of the package.
 */
export function acceptAddon(addon: unknown): void {
  loaded = checked(addon, thisHost(), [], 'the place that the program gave');
  origin = { kind: 'provided', file: undefined };
}

/** Loads it from `build/Release`, `build/Debug` or `prebuilds/` of the first folder that has it there, in this order. */
export function loadAddonFrom(...directories: readonly string[]): NativeAddon {
  return findAddon(directories).addon;
}

function findAddon(directories: readonly string[]): { readonly addon: NativeAddon; readonly file: string } {
  const host = thisHost();
  const tried = directories.flatMap((directory) => addonFiles(directory, host));
  const file = tried.find((name) => existsSync(name));
  if (file === undefined) throw absentAddon(host, tried);
  let addon: unknown;
  try {
    // Of the file itself and not of this module: a bundle in CommonJS has no import.meta.url.
    addon = createRequire(file)(file);
  } catch (cause) {
    throw unloadableAddon(host, tried, file, cause);
  }
  return { addon: checked(addon, host, tried, file), file };
}

function checked(addon: unknown, host: Host, tried: readonly string[], file: string): NativeAddon {
  const functions = (typeof addon === 'object' && addon !== null ? addon : {}) as Readonly<Record<string, unknown>>;
  const absent = addonMembers.filter((name) => typeof functions[name] !== 'function');
  if (absent.length > 0) throw staleAddon(host, tried, file, absent);
  return addon as NativeAddon;
}

/**
 * Where to look: the folder of the environment and no other; else the package's own, this file being
 * `dist/native/load.js` in it, and the folder of this module, which in a bundle is the bundle's.
 */
function addonDirectories(environment: string | undefined): string[] {
  if (environment !== undefined && environment !== '') return [resolve(environment)];
  const here = moduleDirectory();
  if (here === undefined) return [];
  const packageDirectory = resolve(here, '..', '..');
  // Two folders above a bundle is anything at all, from which nothing may be loaded.
  return isPackage(packageDirectory) ? [packageDirectory] : [here];
}

/** `import.meta` is empty in a bundle of CommonJS, which has `__dirname` instead. */
function moduleDirectory(): string | undefined {
  const url: string | undefined = import.meta.url;
  if (url !== undefined) return dirname(fileURLToPath(url));
  return typeof __dirname === 'string' ? __dirname : undefined;
}

function isPackage(directory: string): boolean {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')).name === 'ploke-io';
  } catch {
    // No manifest, or none that can be read: it is not this package's.
    return false;
  }
}
