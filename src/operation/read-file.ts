import { invalidArgument } from '../errors/make.js';
import { packPaths } from '../io/path-batch.js';
import { wrongLock } from '../io/replace-failure.js';
import { checkBoolean, checkChoice, checkHash, checkOptions, checkSignal, optional } from '../policy/arguments.js';
import type { FileBytes, FileText, PathInput, ReadOptions, Settled } from '../types.js';
import type { OperationContext } from './context.js';
import { checkFileLock, type HeldFileLock } from './file-lock.js';
import { buildFileBytes, buildFileText } from './file-result.js';
import { ReadRequests, readRequests } from './read-requests.js';
import { inReadScope, type ReadScope, takePermit } from './read-scope.js';
import { checkSlice } from './slice-request.js';

const operation = 'readFile';
const optionNames = [
  'encoding',
  'expectedHash',
  'range',
  'lines',
  'maxBytes',
  'throwIfNoEntry',
  'lock',
  'signal',
] as const;

/**
 * Reads one version of a file whole, hashes it, and hands over the part that was asked for.
 *
 * @returns undefined where nothing is there and `throwIfNoEntry` is false
 * @throws ERR_PLOKE_CONTENT_MISMATCH, ERR_PLOKE_RANGE, ERR_PLOKE_CHAR_BOUNDARY, ERR_PLOKE_NOT_UTF8,
 * ERR_PLOKE_FILE_TOO_LARGE, ERR_PLOKE_NOT_REGULAR_FILE, the codes of the policy, ABORT_ERR, and those of the system
 */
export async function readFile(
  context: OperationContext,
  path: PathInput,
  options?: ReadOptions,
): Promise<FileText | FileBytes | undefined> {
  const given = checkOptions(operation, options, optionNames);
  const signal = checkSignal(operation, given.signal);
  const encoding = optional(given.encoding, 'utf8', (value) =>
    checkChoice(operation, 'encoding', value, ['utf8', 'buffer']),
  );
  const expectedHash = optional(given.expectedHash, undefined, (value) => checkHash(operation, 'expectedHash', value));
  const throwIfNoEntry = optional(given.throwIfNoEntry, true, (value) =>
    checkBoolean(operation, 'throwIfNoEntry', value),
  );
  const slice = checkSlice(operation, 'options', given);
  const lock = optional(given.lock, undefined, (value) => checkFileLock(operation, value));

  const read = () =>
    inReadScope(context, operation, signal, async (scope) => {
      // Not with a path that the caller may change meanwhile: an URL.
      const waiting = typeof path === 'string' && !scope.isOrdered ? takePermit(scope) : undefined;
      if (waiting) await waiting;
      const requests = new ReadRequests(1, scope);
      requests.set(0, { path, slice, id: undefined, expectedHash });
      scope.trace?.about(requests.targets[0]?.path ?? '');
      // Whoever stands in line before may be waiting for the very lock that this read was given.
      if (!lock) await scope.admit(requests.files.targets);
      const results: Settled<FileText | FileBytes>[] = [];
      const isText = encoding === 'utf8';
      const style = { text: isText, stamps: true, build: isText ? buildFileText : buildFileBytes };
      await readRequests<FileText | FileBytes>(scope, requests, style, results);
      const [result] = results;
      if (result?.status === 'fulfilled') {
        if (lock) await checkLockedFile(scope, lock, result.value);
        return result.value;
      }
      if (result && (result.reason.code !== 'ENOENT' || throwIfNoEntry)) throw result.reason;
      return undefined;
    });
  // Not awaited: nothing is left to do here, so nothing need be kept for it.
  return lock ? readUnderLock(context, lock, read) : read();
}

function readUnderLock<T>(context: OperationContext, lock: HeldFileLock, read: () => Promise<T>): Promise<T> {
  if (lock.belongsTo(context)) return lock.use(operation, read);
  throw invalidArgument(operation, 'lock is a lock of another workspace. Take one with lock() of this one.', {
    argument: 'lock',
  });
}

/** @throws ERR_PLOKE_LOCK_LOST; ERR_PLOKE_INVALID_ARGUMENT where the lock is on another file than the one that was read */
async function checkLockedFile(
  { context, addon, lease, cancel }: ReadScope,
  lock: HeldFileLock,
  { path, stamp }: FileText | FileBytes,
): Promise<void> {
  if (context.addon.checkLock(lock.id) !== 0) throw wrongLock(operation, path, true);
  if (path === lock.path) return;
  const locked = lease.resolve(lock.path, operation);
  const { stamps } = await addon.statBatch({ ...packPaths(lease.set, [locked], cancel), followLinks: true });
  if (inodeOf(stamps[0] ?? '') !== inodeOf(stamp)) throw wrongLock(operation, path, false);
}

/** Device and inode of a stamp: see native/stamp.h. */
function inodeOf(stamp: string): string {
  return stamp.split('.', 3).join('.');
}
