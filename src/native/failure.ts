import { contentMismatch, internalError, systemError } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { ContentHash, ErrorCode } from '../types.js';
import type { NativeAddon } from './addon.js';
import { NativeFailure } from './batch.js';

/** What the caller knows about the item that failed; what does not apply is left out. */
export interface FailureContext {
  readonly operation: string;
  /** Spelt with the configured root. */
  readonly path: string;
  readonly committed?: boolean | 'unknown' | undefined;
  /** Bytes of the file (`tooLarge`, `range`, `charBoundary`). */
  readonly byteLength?: number | undefined;
  /** The limit that `tooLarge` is about, bytes. */
  readonly maxFileBytes?: number | undefined;
  /** The range that was asked for, as the caller of the API gave it. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** Of `changed`. */
  readonly expectedHash?: ContentHash | undefined;
  readonly actualHash?: ContentHash | null | undefined;
  /** The errno behind `notDurable`: the `detail` column of the addon. */
  readonly detail?: number | undefined;
}

interface OwnFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * Failures that are not the operating system's. The texts of the policy's refusals (escape, crossRoot, symlinkDenied)
 * name the argument only: neither where the link leads nor whether anything is there.
 */
const ownFailures: Readonly<Record<number, OwnFailure>> = {
  [NativeFailure.escape]: {
    code: 'ERR_PLOKE_SYMLINK_ESCAPE',
    message: 'A symbolic link on the path leads out of the roots',
  },
  [NativeFailure.crossRoot]: {
    code: 'ERR_PLOKE_CROSS_ROOT',
    message: 'A symbolic link on the path leads to another root',
  },
  [NativeFailure.symlinkDenied]: {
    code: 'ERR_PLOKE_SYMLINK_DENIED',
    message: 'A symbolic link stands where none is allowed',
  },
  [NativeFailure.hardLink]: { code: 'ERR_PLOKE_HARD_LINK', message: 'The file has more than one name' },
  [NativeFailure.mount]: { code: 'ERR_PLOKE_MOUNT', message: 'The path crosses a mount point' },
  [NativeFailure.notRegularFile]: { code: 'ERR_PLOKE_NOT_REGULAR_FILE', message: 'Not a regular file' },
  [NativeFailure.rootLost]: { code: 'ERR_PLOKE_ROOT_LOST', message: 'The root of this path is gone' },
  [NativeFailure.busy]: { code: 'ERR_PLOKE_BUSY', message: 'The path kept changing while it was resolved' },
  [NativeFailure.tooLarge]: { code: 'ERR_PLOKE_FILE_TOO_LARGE', message: 'The file is too large' },
  [NativeFailure.notUtf8]: { code: 'ERR_PLOKE_NOT_UTF8', message: 'The content is not valid UTF-8' },
  [NativeFailure.range]: { code: 'ERR_PLOKE_RANGE', message: 'The range lies outside the file' },
  [NativeFailure.charBoundary]: {
    code: 'ERR_PLOKE_CHAR_BOUNDARY',
    message: 'The range begins or ends inside a character',
  },
  [NativeFailure.notDurable]: {
    code: 'ERR_PLOKE_NOT_DURABLE',
    message: 'The change is in place, but could not be synced to the disk',
  },
  [NativeFailure.locked]: { code: 'ERR_PLOKE_LOCK_TIMEOUT', message: 'Somebody else holds the lock on the file' },
  [NativeFailure.lockUnsupported]: {
    code: 'ERR_PLOKE_LOCK_UNSUPPORTED',
    message: 'The file system does not support advisory locks',
  },
  [NativeFailure.manyNames]: {
    code: 'ERR_PLOKE_HARD_LINK',
    message: 'The file has more than one name, and replacing it would leave the others with the old content',
  },
  [NativeFailure.reserved]: {
    code: 'ERR_PLOKE_INVALID_PATH',
    message: 'A symbolic link on the path leads to what belongs to ploke-io itself. Choose another name',
  },
};

/**
 * The error for an item's `status` (not 0) and `syscalls` index. ECANCELED comes as a system error: a caller who set the
 * cancel flag turns it into an abort itself.
 */
export function failureFrom(
  addon: Pick<NativeAddon, 'syscallNames'>,
  status: number,
  syscallIndex: number,
  context: FailureContext,
): PlokeIoError {
  if (status > 0) return systemFailure(addon, status, syscallIndex, context);
  if (status === NativeFailure.changed) return contentMismatch(context);
  const own = ownFailures[status];
  if (!own)
    return internalError(context.operation, `the addon answered with the unknown status ${status}`, context.path);
  const notDurable = status === NativeFailure.notDurable;
  const { operation, path } = context;
  return new PlokeIoError({
    code: own.code,
    message: `${own.message}${numbersOf(status, context)}`,
    operation,
    path,
    committed: notDurable ? (context.committed ?? true) : context.committed,
    // What went wrong with the sync: an errno, or a refusal of the path that was walked once more for it.
    cause:
      notDurable && context.detail ? failureFrom(addon, context.detail, syscallIndex, { operation, path }) : undefined,
    details: detailsOf(status, context),
  });
}

function systemFailure(
  addon: Pick<NativeAddon, 'syscallNames'>,
  errno: number,
  syscallIndex: number,
  { operation, path, committed }: FailureContext,
): PlokeIoError {
  // Index 0 is "none": the addon found the failure without asking the system.
  const syscall = syscallIndex === 0 ? undefined : namesOf(addon)[syscallIndex];
  return systemError({ errno, syscall, operation, path, committed });
}

const syscallNames = new WeakMap<object, readonly string[]>();

function namesOf(addon: Pick<NativeAddon, 'syscallNames'>): readonly string[] {
  let names = syscallNames.get(addon);
  if (!names) {
    names = addon.syscallNames();
    syscallNames.set(addon, names);
  }
  return names;
}

const rangeFailures: ReadonlySet<number> = new Set([NativeFailure.range, NativeFailure.charBoundary]);

function numbersOf(status: number, { start, end, byteLength, maxFileBytes }: FailureContext): string {
  if (status === NativeFailure.tooLarge && maxFileBytes !== undefined) {
    return byteLength === undefined
      ? ` (limit ${maxFileBytes} bytes)`
      : ` (${byteLength} bytes, limit ${maxFileBytes})`;
  }
  if (!rangeFailures.has(status) || start === undefined || end === undefined) return '';
  return byteLength === undefined ? ` ([${start}, ${end}))` : ` ([${start}, ${end}) of ${byteLength} bytes)`;
}

function detailsOf(status: number, context: FailureContext): Readonly<Record<string, unknown>> | undefined {
  const members: readonly (keyof FailureContext)[] =
    status === NativeFailure.tooLarge
      ? ['byteLength', 'maxFileBytes']
      : rangeFailures.has(status)
        ? ['start', 'end', 'byteLength']
        : [];
  const present = members.filter((member) => context[member] !== undefined);
  return present.length === 0 ? undefined : Object.fromEntries(present.map((member) => [member, context[member]]));
}
