import { invalidArgument, invalidPath } from '../errors/make.js';
import { longestOrigin } from '../io/origin.js';
import { checkChoice, checkInteger, checkOptions, checkSignal, checkString, optional } from '../policy/arguments.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { RootLease } from '../policy/root-lease.js';
import type { Durability } from '../types.js';
import type { NormalizedWorkspaceOptions } from './context.js';
import { checkFileLock, type HeldFileLock } from './file-lock.js';

/** What every mutation is told, with the workspace's defaults filled in. */
export interface MutationCall {
  /** The method's name, for errors. */
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
  readonly origin: string;
  readonly durability: Durability;
  readonly lockTimeoutMs: number;
  /** Given by the caller: used, and handed on to the new version. */
  readonly lock: HeldFileLock | undefined;
}

const commonKeys = ['signal', 'origin', 'durability', 'lockTimeoutMs', 'lock'] as const;
type CommonKey = (typeof commonKeys)[number];

/**
 * Checks an options object against the members that an operation has beside the common ones.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT
 */
export function checkMutationOptions<const Key extends string>(
  operation: string,
  value: unknown,
  keys: readonly Key[],
  defaults: NormalizedWorkspaceOptions,
): { readonly call: MutationCall; readonly options: { readonly [K in Key]?: unknown } } {
  const options = checkOptions<Key | CommonKey>(operation, value, [...keys, ...commonKeys]);
  const { signal, origin, durability, lockTimeoutMs, lock } = options as { readonly [K in CommonKey]?: unknown };
  const call: MutationCall = {
    operation,
    signal: checkSignal(operation, signal),
    origin: optional(origin, defaults.origin, (given) => checkOrigin(operation, given)),
    durability: optional(durability, defaults.durability, (given) => checkDurability(operation, given)),
    lockTimeoutMs: optional(lockTimeoutMs, defaults.lockTimeoutMs, (given) => checkLockTimeout(operation, given)),
    lock: optional(lock, undefined, (given) => checkFileLock(operation, given)),
  };
  return { call, options: options as { readonly [K in Key]?: unknown } };
}

export function checkOrigin(operation: string, value: unknown): string {
  return checkString(operation, 'origin', value, { minLength: 1, maxLength: longestOrigin });
}

export function checkDurability(operation: string, value: unknown): Durability {
  return checkChoice(operation, 'durability', value, ['strict', 'best-effort', 'none']);
}

/** Of calls on directories, which are never locked. */
export function refuseLockOptions(operation: string, options: object): void {
  for (const key of ['lock', 'lockTimeoutMs'] as const) {
    if (key in options && (options as Record<string, unknown>)[key] !== undefined) {
      refuseOption(operation, key, 'locks are on files, and directories have none');
    }
  }
}

/** setTimeout takes no more than this many milliseconds (Node.js, timers). */
const longestTimeoutMs = 2 ** 31 - 1;

export function checkLockTimeout(operation: string, value: unknown): number {
  return checkInteger(operation, 'lockTimeoutMs', value, { max: longestTimeoutMs });
}

/**
 * A member that only means something beside another. An option that does nothing would hide a mistake.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT
 */
export function refuseOption(operation: string, member: string, why: string): never {
  throw invalidArgument(operation, `${member} has no meaning here: ${why}.`, { argument: member });
}

/**
 * The path of a file that is to be changed.
 *
 * @throws ERR_PLOKE_INVALID_PATH for a root or a trailing slash, and what resolving throws
 */
export function resolveFile(lease: RootLease, input: unknown, operation: string): ResolvedPath {
  const path = resolveEntry(lease, input, operation);
  if (path.wantsDirectory) {
    throw invalidPath(
      operation,
      'The path ends in a slash, so it names a directory. Pass the path of a file.',
      path.path,
    );
  }
  return path;
}

/**
 * The path of a file or directory that is to be changed.
 *
 * @throws ERR_PLOKE_INVALID_PATH for a root, and what resolving throws
 */
export function resolveEntry(lease: RootLease, input: unknown, operation: string): ResolvedPath {
  const path = lease.resolve(input, operation);
  if (path.isRoot) {
    throw invalidPath(operation, 'A root itself cannot be changed. Pass a path below it.', path.path);
  }
  return path;
}
