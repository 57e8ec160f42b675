import { constants } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { memberOf } from '../errors/member-of.js';
import type { RedactionMode } from '../errors/path-redactor.js';
import type { WatcherOptions } from '../events/watcher-host.js';
import type { NormalizedWorkspaceOptions } from '../operation/context.js';
import { checkDurability, checkLockTimeout, checkOrigin } from '../operation/mutation-options.js';
import {
  badValue,
  checkArray,
  checkBoolean,
  checkChoice,
  checkInteger,
  checkOptions,
  checkString,
  optional,
} from '../policy/arguments.js';
import type { SymlinkPolicy } from '../types.js';
import { checkWatch } from './watch-options.js';

/** The options of openWorkspace, checked; `roots` is checked when they are opened. */
export interface CheckedWorkspaceOptions {
  readonly roots: unknown;
  readonly symlinks: SymlinkPolicy;
  readonly maxOpenFiles: number | undefined;
  /** undefined: nothing is cached. */
  readonly cacheBytes: number | undefined;
  /** undefined: nothing is watched. */
  readonly watch: WatcherOptions | undefined;
  readonly redactPaths: RedactionMode;
  readonly normalized: NormalizedWorkspaceOptions;
}

const operation = 'openWorkspace';
const defaultMaxFileBytes = 64 * 1024 * 1024;
const defaultLockTimeoutMs = 10_000;
const defaultSlowOperationMs = 1_000;
const defaultIgnore: readonly string[] = Object.freeze(['.git/', 'node_modules/']);

const redactionModes = ['none', 'relative', 'hash'] as const;

const optionNames = [
  'roots',
  'symlinks',
  'allowHardLinks',
  'allowMounts',
  'ignore',
  'durability',
  'locking',
  'lockTimeoutMs',
  'inPlace',
  'maxOpenFiles',
  'maxFileBytes',
  'readWhileWrite',
  'metadata',
  'cache',
  'watch',
  'redactPaths',
  'slowOperationMs',
  'origin',
  'shareOrigin',
] as const;

/**
 * Fills in the defaults; see `WorkspaceOptions` for what they are.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT
 */
export function checkWorkspaceOptions(options: unknown): CheckedWorkspaceOptions {
  const given = checkOptions(operation, options, optionNames);
  const flag = (name: 'allowHardLinks' | 'allowMounts' | 'shareOrigin', byDefault: boolean): boolean =>
    optional(given[name], byDefault, (value) => checkBoolean(operation, name, value));
  return {
    roots: given.roots,
    symlinks: optional(given.symlinks, 'deny-cross-root', (value) => checkSymlinks(operation, value)),
    maxOpenFiles: optional(given.maxOpenFiles, undefined, (value) => checkInteger(operation, 'maxOpenFiles', value)),
    cacheBytes: optional(given.cache, undefined, checkCache),
    watch: optional(given.watch, undefined, (value) => checkWatch(operation, value)),
    redactPaths: optional(given.redactPaths, 'none', (value) =>
      checkChoice(operation, 'redactPaths', value, redactionModes),
    ),
    normalized: Object.freeze({
      allowHardLinks: flag('allowHardLinks', true),
      allowMounts: flag('allowMounts', true),
      ignore: optional(given.ignore, defaultIgnore, checkIgnore),
      durability: optional(given.durability, 'strict', (value) => checkDurability(operation, value)),
      locking: optional(given.locking, 'advisory', (value) =>
        checkChoice(operation, 'locking', value, ['advisory', 'process']),
      ),
      lockTimeoutMs: optional(given.lockTimeoutMs, defaultLockTimeoutMs, (value) => checkLockTimeout(operation, value)),
      inPlace: optional(given.inPlace, 'never', (value) =>
        checkChoice(operation, 'inPlace', value, ['never', 'when-required']),
      ),
      // What is read becomes one string, and a string holds no more (ECMAScript implementation limit of V8).
      maxFileBytes: optional(given.maxFileBytes, defaultMaxFileBytes, (value) =>
        checkInteger(operation, 'maxFileBytes', value, { min: 1, max: constants.MAX_STRING_LENGTH }),
      ),
      readWhileWrite: optional(given.readWhileWrite, 'ordered', (value) =>
        checkChoice(operation, 'readWhileWrite', value, ['ordered', 'relaxed']),
      ),
      metadata: optional(given.metadata, 'preserve', (value) =>
        checkChoice(operation, 'metadata', value, ['preserve', 'default']),
      ),
      slowOperationMs: optional(given.slowOperationMs, defaultSlowOperationMs, (value) =>
        checkInteger(operation, 'slowOperationMs', value),
      ),
      origin: optional(given.origin, undefined, (value) => checkOrigin(operation, value)) ?? randomUUID(),
      shareOrigin: flag('shareOrigin', false),
    }),
  };
}

/** Of options that are refused, so that the refusal is redacted too: what is no mode counts as the strictest one. */
export function redactionAskedFor(options: unknown): RedactionMode {
  if (typeof options !== 'object' || options === null) return 'none';
  try {
    const value = memberOf(options, 'redactPaths');
    if (value === undefined) return 'none';
    return redactionModes.find((mode) => mode === value) ?? 'hash';
  } catch {
    // A getter of the caller's threw.
    return 'hash';
  }
}

/** The bound; undefined for none. */
function checkCache(value: unknown): number | undefined {
  if (value === false) return undefined;
  if (typeof value !== 'object' || value === null) {
    throw badValue(operation, 'cache', value, 'false or { maxBytes }');
  }
  const { maxBytes } = checkOptions(operation, value, ['maxBytes'], 'cache');
  return checkInteger(operation, 'cache.maxBytes', maxBytes, { min: 1 });
}

export function checkSymlinks(name: string, value: unknown): SymlinkPolicy {
  return checkChoice(name, 'symlinks', value, ['deny-cross-root', 'follow', 'deny']);
}

function checkIgnore(value: unknown): readonly string[] {
  const patterns = checkArray(operation, 'ignore', value, { max: 100_000 });
  return Object.freeze(patterns.map((pattern, index) => checkString(operation, `ignore[${index}]`, pattern)));
}
