import { constants } from 'node:os';
import { systemError } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { retryExhausted } from '../io/exhaustion.js';
import type { FileSystemKind } from '../io/file-system-kind.js';
import type { Identity } from '../io/identify.js';
import type { Owner } from '../io/owners.js';
import { packPaths } from '../io/path-batch.js';
import { type Achieved, recoveredFile } from '../io/receipt.js';
import { wrongLock } from '../io/replace-failure.js';
import type { LockUse } from '../io/replace-request.js';
import { directoryOf } from '../io/write-plan.js';
import {
  type BatchStatus,
  NativeDurability,
  NativeEntryType,
  NativeFailure,
  NativeLockKind,
  type NativeTargets,
} from '../native/batch.js';
import { CommitFlag, type EntryCommitResult, type OpenTargetsResult, TargetMode } from '../native/change-batches.js';
import { hostSpelling } from '../platform/path-spelling.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { ContentHash, Warning } from '../types.js';
import { LockWaits } from './lock-waits.js';
import { announce, type ChangeFacts, changeFailure, fileSystemOf } from './mutation-result.js';
import type { MutationScope } from './mutation-scope.js';

const { EEXIST } = constants.errno;
/** How often an entry may turn into another between the look and the change, before that is the answer. */
const maxAttempts = 8;

/** What is under a name that is meant itself, link or not. */
export interface FoundEntry {
  /** A `NativeEntryType`. */
  readonly type: number;
  /** Of a regular file, where it was asked for. */
  readonly hash: ContentHash | null;
}

/** A change of names: a removal, a rename. The first path is the one that is changed. */
export interface EntryChange {
  readonly paths: readonly ResolvedPath[];
  readonly identities: readonly Identity[];
  /** Whether missing directories above the last path are made. */
  readonly parents: boolean;
  readonly hash: boolean;
  /** Whether what the last path names is changed as well, so that it is locked too. */
  readonly locksLast: boolean;
  /** Whether the change is made through a temporary name, which carries the owner's id. */
  readonly needsOwner: boolean;
  /** Judges what is there, anew for each attempt; false: nothing is to be done. */
  readonly decide: (found: readonly FoundEntry[]) => boolean;
  readonly commit: (targets: NativeTargets, owner: string) => Promise<EntryCommitResult>;
  /** What it comes to, for the announcement of a change that is in place but not durable. */
  readonly change: () => ChangeFacts;
}

/**
 * Takes hold of the names, judges what is there, and changes it through the same directory handles. An entry that turned
 * into another one in between is judged anew, up to eight times. undefined: `decide` found nothing to do.
 *
 * @throws the failure of a path, what `decide` throws, ABORT_ERR, ERR_PLOKE_BUSY, ERR_PLOKE_NOT_DURABLE with
 * `committed: true`
 */
export async function changeEntry(scope: MutationScope, change: EntryChange): Promise<EntryAchieved | undefined> {
  const { context, call } = scope;
  const path = change.paths[0]?.path ?? '';
  // A handle for each directory and each locked file; one more for what comes out of an exchange.
  const permits = change.paths.length * 2 + 1;
  const waits = new LockWaits(scope);
  const recovered: Warning[] = [];
  const run = () => scope.gate.run(permits, call.signal, () => attempt(scope, change, waits.use), call.operation);
  const stale = context.staleFiles.of(scope.lease, () => change.paths[0]);
  for (let count = 0; count < maxAttempts; count++) {
    const result = await retryExhausted(run, keepRecovered, call.signal, stale);
    waits.giveBack();
    if (result.left) return undefined;
    recovered.push(...result.recovered);
    for (const warning of result.recovered) context.warn(warning);
    const code = result.status[0] ?? 0;
    if (code === 0) return achievedBy(scope, change, result, recovered);
    const at = change.paths[result.failed];
    if (code === NativeFailure.locked && at) {
      if (result.failed > 0 && !change.locksLast) throw systemError({ errno: EEXIST, operation: call.operation, path });
      await waits.waitOrLookAgain(at);
      // Waiting is no attempt: nobody has changed anything under it.
      count--;
    } else if (code !== NativeFailure.changed) {
      if (code === NativeFailure.notDurable) announce(scope, { ...change.change(), stamp: result.stamp });
      const { failed: _, ...facts } = { ...result, status: code, syscall: result.syscalls[0] ?? 0 };
      throw withRecovered(changeFailure(scope, at?.path ?? path, facts), recovered);
    } else if ((result.flags & CommitFlag.swappedBack) !== 0) {
      context.metrics.count('write.swapBacks');
    }
  }
  throw new PlokeIoError({
    code: 'ERR_PLOKE_BUSY',
    message: `Others replaced the entry ${maxAttempts} times between the look at it and the change`,
    operation: call.operation,
    path,
  });
}

/** What an earlier attempt had to keep aside is told with the later one's result. */
function keepRecovered(into: Attempt, again: Attempt): Attempt {
  return into.recovered.length === 0 ? again : { ...again, recovered: [...into.recovered, ...again.recovered] };
}

async function achievedBy(
  scope: MutationScope,
  change: EntryChange,
  { flags, isLocked, stamp }: Attempt,
  recovered: readonly Warning[],
): Promise<EntryAchieved> {
  const kind = await kindOf(scope, change);
  const lock = isLocked ? (kind?.lockScope ?? 'unproven') : 'process';
  if ((flags & CommitFlag.swapVerified) !== 0) scope.context.metrics.count('write.swaps');
  return { flags, kind, lock, recovered, stamp };
}

function withRecovered(error: PlokeIoError, recovered: readonly Warning[]): PlokeIoError {
  if (recovered.length === 0) return error;
  return Object.assign(error, { details: { ...error.details, recovered: recovered.map(({ path }) => path) } });
}

/** What a change of names came to. */
export interface EntryAchieved extends Achieved {
  /** Versions of others that could not be put back. */
  readonly recovered: readonly Warning[];
  /** Of what was moved, under its new name; `''` where nothing was, or it is not known. */
  readonly stamp: string;
}

interface Attempt extends BatchStatus {
  /** Index of the path that a failure is about. */
  readonly failed: number;
  readonly flags: number;
  readonly detail: number;
  readonly left: boolean;
  /** Whether the first path was a regular file under an advisory lock. */
  readonly isLocked: boolean;
  readonly recovered: readonly Warning[];
  readonly stamp: string;
}

async function attempt(scope: MutationScope, change: EntryChange, locks: LockUse): Promise<Attempt> {
  const { context, call, lease, addon, cancel } = scope;
  const count = change.paths.length;
  const opened = await addon.openTargets({
    ...packPaths(lease.set, change.paths, cancel),
    modes: new Uint8Array(count).fill(TargetMode.entry),
    createParents: Uint8Array.from(change.paths, (_, index) => (change.parents && index === count - 1 ? 1 : 0)),
    durability: NativeDurability[call.durability],
    hash: change.hash,
    contents: false,
    maxFileBytes: Number.MAX_SAFE_INTEGER,
    lock: locks.kind,
    given: Uint32Array.from(locks.given),
  });
  try {
    if (opened.blocked >= 0) return attemptOf(NativeFailure.locked, 0, { failed: opened.blocked });
    const failed = opened.status.findIndex((status) => status !== 0);
    if (failed >= 0) return attemptOf(opened.status[failed] ?? 0, opened.syscalls[failed] ?? 0, { failed });
    const { required } = locks;
    if (required !== undefined && opened.usedLocks?.[0] !== required) {
      throw wrongLock(call.operation, change.paths[0]?.path ?? '', addon.checkLock(required) !== 0);
    }
    if (!change.decide(foundEntries(opened, count))) return attemptOf(0, 0, { left: true });
    const owner = await ownerOf(scope, change, opened.landedRoots[0] ?? 0);
    if (owner.status !== 0) return attemptOf(owner.status, owner.syscall, {});
    const { status, syscall, flags, detail, recovered, stamp = '' } = await change.commit(opened.targets, owner.id);
    // Removed, or renamed over; should another file have come in between, that one's content is given back in its own time.
    if (status === 0) context.cache?.forget(opened.stamps[count - 1] ?? '');
    const isLocked = locks.kind === NativeLockKind.advisory && opened.types[0] === NativeEntryType.file;
    const directory = directoryOf(change.paths[0] ?? { root: 0, relative: '', path: '' }).path;
    const kept = recovered.map((name) => recoveredFile(hostSpelling.join(directory, name)));
    return attemptOf(status, syscall, { flags, detail, isLocked, recovered: kept, stamp });
  } finally {
    addon.closeTargets(opened.targets);
  }
}

function attemptOf(status: number, syscall: number, rest: Partial<Omit<Attempt, keyof BatchStatus>>): Attempt {
  const columns = { status: Int32Array.of(status), syscalls: Uint8Array.of(syscall) };
  return {
    ...columns,
    failed: 0,
    flags: 0,
    detail: 0,
    left: false,
    isLocked: false,
    recovered: [],
    stamp: '',
    ...rest,
  };
}

const noOwner: Owner = { id: '0'.repeat(32), status: 0, syscall: 0 };

/** Its file is there before the first temporary name is. */
async function ownerOf({ context, lease }: MutationScope, { needsOwner }: EntryChange, root: number): Promise<Owner> {
  return needsOwner ? context.owners.ensure(lease.set, root, lease.rootPaths[root] ?? '') : noOwner;
}

function foundEntries({ types, hashes }: OpenTargetsResult, count: number): FoundEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    type: types[index] ?? 0,
    hash: (hashes[index] as ContentHash | undefined) ?? null,
  }));
}

/** Of the last path; a rename does not cross from one file system to another. */
async function kindOf(scope: MutationScope, { paths, identities }: EntryChange): Promise<FileSystemKind | undefined> {
  const path = paths.at(-1);
  return path && fileSystemOf(scope, path, identities.at(-1));
}
