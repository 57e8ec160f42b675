import { performance } from 'node:perf_hooks';
import type { AcquiredLock, LockRequest, LockTarget } from '../concurrency/advisory-lock.js';
import { invalidPath } from '../errors/make.js';
import type { FileSystemKind } from '../io/file-system-kind.js';
import { lockHolders } from '../io/lock-holders.js';
import { makeLockRecord } from '../io/lock-records.js';
import { directoryOf } from '../io/write-plan.js';
import { NativeLockKind } from '../native/batch.js';
import { checkChoice, checkOptions, checkSignal, checkString, optional } from '../policy/arguments.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { RootLease } from '../policy/root-lease.js';
import type { CallTrace } from '../telemetry/call-trace.js';
import type { FileLock, LockOptions, LockScope, PathInput } from '../types.js';
import { awaitLock } from './await-lock.js';
import type { OperationContext } from './context.js';
import { HeldFileLock, type KnownRoot } from './file-lock.js';
import { checkLockTimeout } from './mutation-options.js';
import { run } from './run.js';
import { inLine } from './traced.js';

const operation = 'lock';
const optionNames = ['mode', 'lockTimeoutMs', 'purpose', 'signal'] as const;
const longestPurpose = 1_000;

interface LockCall {
  readonly mode: FileLock['mode'];
  readonly timeoutMs: number;
  readonly purpose: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Takes an advisory lock on an existing regular file; a link leads to its target. It excludes every process that locks the
 * file: other workspaces, changes that are made without this lock, flock(1). What is free is had at once; else it waits
 * behind the changes of the file that were called before, and then for whoever holds the lock.
 *
 * @throws ERR_PLOKE_LOCK_TIMEOUT with `details.holders`; ERR_PLOKE_LOCK_UNSUPPORTED; ENOENT, EISDIR,
 * ERR_PLOKE_NOT_REGULAR_FILE; ERR_PLOKE_BUSY where too many locks are held; ERR_PLOKE_INVALID_ARGUMENT,
 * ERR_PLOKE_INVALID_PATH, the codes of the policy, ABORT_ERR
 */
export function lockFile(context: OperationContext, path: PathInput, options?: LockOptions): Promise<HeldFileLock> {
  // No async function around another: each costs as much as one of the system calls.
  let call: LockCall;
  try {
    call = options === undefined ? defaultCall(context) : checkLockOptions(context, options);
  } catch (error) {
    return Promise.reject(error);
  }
  return run(context, operation, call.signal, (lease, trace) => {
    const file = lease.resolve(path, operation);
    trace?.about(file.path);
    if (file.wantsDirectory) {
      throw invalidPath(operation, 'The path names a directory. Pass the path of a file.', file.path);
    }
    context.fileLocks.checkRoom(operation, file.path);
    const since = trace ? performance.now() : 0;
    const now = call.purpose === undefined ? lockNow(context, lease, file, call) : undefined;
    trace?.addNative(since);
    return now ?? lockInTurn(context, lease, file, call, trace);
  });
}

function defaultCall({ options }: OperationContext): LockCall {
  return { mode: 'exclusive', timeoutMs: options.lockTimeoutMs, purpose: undefined, signal: undefined };
}

function checkLockOptions({ options: defaults }: OperationContext, options: LockOptions): LockCall {
  const given = checkOptions(operation, options, optionNames);
  return {
    mode: optional(given.mode, 'exclusive', (mode) => checkChoice(operation, 'mode', mode, ['exclusive', 'shared'])),
    timeoutMs: optional(given.lockTimeoutMs, defaults.lockTimeoutMs, (value) => checkLockTimeout(operation, value)),
    purpose: optional(given.purpose, undefined, (purpose) =>
      checkString(operation, 'purpose', purpose, { minLength: 1, maxLength: longestPurpose }),
    ),
    signal: checkSignal(operation, given.signal),
  };
}

function targetOf(context: OperationContext, lease: RootLease, file: ResolvedPath, call: LockCall): LockTarget {
  const kind = NativeLockKind[context.options.locking];
  return { set: lease.set, path: file, exclusive: call.mode === 'exclusive', kind, operation };
}

function requestOf(context: OperationContext, lease: RootLease, file: ResolvedPath, call: LockCall): LockRequest {
  return {
    ...targetOf(context, lease, file, call),
    timeoutMs: call.timeoutMs,
    signal: call.signal,
    mayBlock: rootOf(context, lease, file)?.kind.network !== false,
    describeHolders: (device, inode) =>
      lockHolders({ addon: context.addon, set: lease.set, path: file }, device, inode),
  };
}

/**
 * Without a promise, on the thread of JavaScript: the common case of a free lock costs nothing but its system calls. Only
 * where nobody was there first, and where the file system cannot keep the thread waiting.
 */
function lockNow(
  context: OperationContext,
  lease: RootLease,
  file: ResolvedPath,
  call: LockCall,
): HeldFileLock | undefined {
  const root = rootOf(context, lease, file);
  if (!root || root.kind.network || context.queue.hasMutations || context.locks.isAwaited(file.path)) return undefined;
  const acquired = context.locks.tryNow(targetOf(context, lease, file, call));
  if (!acquired) return undefined;
  const kind = acquired.device === root.device ? root.kind : context.devices.known(String(acquired.device));
  if (kind) return heldLock(context, lease, file, call, acquired, kind);
  // On another file system than its root, for the first time: that takes a look.
  context.locks.release(acquired.id);
  return undefined;
}

function rootOf(context: OperationContext, lease: RootLease, file: ResolvedPath): KnownRoot | undefined {
  const { fileLocks, devices } = context;
  const last = fileLocks.knownRoot;
  if (last?.set === lease.set && last.root === file.root) return last;
  const device = deviceOfRoot(lease, file);
  const kind = devices.known(device);
  if (kind) fileLocks.knownRoot = { set: lease.set, root: file.root, device: Number(device), kind };
  return kind && fileLocks.knownRoot;
}

function deviceOfRoot(lease: RootLease, file: ResolvedPath): string {
  const identity = lease.rootIdentities[file.root] ?? '';
  return identity.slice(0, identity.indexOf(':'));
}

async function lockInTurn(
  context: OperationContext,
  lease: RootLease,
  file: ResolvedPath,
  call: LockCall,
  trace: CallTrace | undefined,
): Promise<HeldFileLock> {
  const ticket = context.queue.enterMutation();
  try {
    await learnRoot(context, lease, file);
    // By its text: who called before with this path is waited for; who came through a link is waited for as the lock's holder.
    ticket.identify([`path:${file.path}`]);
    await inLine(trace, ticket.admitted(call.signal, operation));
  } finally {
    // The lock is what keeps others out from here on. In line it would keep the holder's own calls waiting.
    ticket.leave();
  }
  const acquired = await awaitLock({ context, trace, lease }, requestOf(context, lease, file, call), false);
  try {
    const device = String(acquired.device);
    const kind = await context.devices.kindOf(device, lease.set, directoryOf(file));
    const lock = heldLock(context, lease, file, call, acquired, kind);
    if (call.purpose !== undefined) await writeRecord(context, lease, file, lock, acquired, call.purpose);
    return lock;
  } catch (error) {
    context.locks.release(acquired.id);
    throw error;
  }
}

/** So that the next lock in this root is had without a promise. */
async function learnRoot(context: OperationContext, lease: RootLease, file: ResolvedPath): Promise<void> {
  if (rootOf(context, lease, file)) return;
  await context.devices.kindOf(deviceOfRoot(lease, file), lease.set, { root: file.root, relative: '' });
}

function heldLock(
  context: OperationContext,
  lease: RootLease,
  file: ResolvedPath,
  call: LockCall,
  acquired: AcquiredLock,
  kind: FileSystemKind | undefined,
): HeldFileLock {
  const scope: LockScope = context.options.locking === 'process' ? 'process' : (kind?.lockScope ?? 'unproven');
  return new HeldFileLock(context, acquired, { path: file.path, mode: call.mode, scope, set: lease.set });
}

/** For those who wait in vain. That it cannot be written keeps nobody from working. */
async function writeRecord(
  context: OperationContext,
  lease: RootLease,
  file: ResolvedPath,
  lock: HeldFileLock,
  { device, inode }: AcquiredLock,
  purpose: string,
): Promise<void> {
  const { addon, owners } = context;
  const owner = await owners.ensure(lease.set, file.root, lease.rootPaths[file.root] ?? '');
  const record = await makeLockRecord({ purpose, mode: lock.mode, path: file.path, device, inode });
  const name = `lock-${owner.id}-${lock.id.toString(16)}`;
  const status = owner.handle ? await addon.writeLockRecord(owner.handle, name, JSON.stringify(record)) : -1;
  if (status === 0 && owner.handle) lock.remember({ owner: owner.handle, name });
  else {
    const message = 'The purpose of a lock could not be written down: who waits for it is not told of it';
    context.warn({ code: 'PLOKE_NO_LOCK_RECORD', message, path: file.path });
  }
}
