import { PlokeIoError } from '../errors/ploke-io-error.js';
import { replaceResult, retryExhausted } from '../io/exhaustion.js';
import type { FileSystemKind } from '../io/file-system-kind.js';
import type { Identity } from '../io/identify.js';
import { packPaths } from '../io/path-batch.js';
import type { Achieved } from '../io/receipt.js';
import {
  type BatchStatus,
  type EntryCommitResult,
  NativeDurability,
  NativeFailure,
  type NativeTargets,
  type OpenTargetsResult,
  TargetMode,
} from '../native/addon.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { ContentHash } from '../types.js';
import { announce, type ChangeFacts, changeFailure, fileSystemOf } from './mutation-result.js';
import type { MutationScope } from './mutation-scope.js';

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
  /** Judges what is there, anew for each attempt; false: nothing is to be done. */
  readonly decide: (found: readonly FoundEntry[]) => boolean;
  readonly commit: (targets: NativeTargets) => Promise<EntryCommitResult>;
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
export async function changeEntry(scope: MutationScope, change: EntryChange): Promise<Achieved | undefined> {
  const { context, call } = scope;
  const path = change.paths[0]?.path ?? '';
  // A handle for each directory; one more while a file is read.
  const permits = change.paths.length + 1;
  const run = () => context.gate.run(permits, call.signal, () => attempt(scope, change), call.operation);
  for (let count = 0; count < maxAttempts; count++) {
    const { status, syscalls, failed, flags, detail, left } = await retryExhausted(run, replaceResult, call.signal);
    if (left) return undefined;
    const code = status[0] ?? 0;
    if (code === 0) return { flags, kind: await kindOf(scope, change) };
    if (code !== NativeFailure.changed) {
      const at = change.paths[failed]?.path ?? path;
      if (code === NativeFailure.notDurable) announce(scope, change.change());
      throw changeFailure(scope, at, { status: code, syscall: syscalls[0] ?? 0, detail });
    }
  }
  throw new PlokeIoError({
    code: 'ERR_PLOKE_BUSY',
    message: `Others replaced the entry ${maxAttempts} times between the look at it and the change`,
    operation: call.operation,
    path,
  });
}

interface Attempt extends BatchStatus {
  /** Index of the path that a failure is about. */
  readonly failed: number;
  readonly flags: number;
  readonly detail: number;
  readonly left: boolean;
}

async function attempt(scope: MutationScope, change: EntryChange): Promise<Attempt> {
  const { context, call, lease, cancel } = scope;
  const { addon } = context;
  const count = change.paths.length;
  const opened = await addon.openTargets({
    ...packPaths(lease.set, change.paths, cancel),
    modes: new Uint8Array(count).fill(TargetMode.entry),
    createParents: Uint8Array.from(change.paths, (_, index) => (change.parents && index === count - 1 ? 1 : 0)),
    durability: NativeDurability[call.durability],
    hash: change.hash,
    contents: false,
    maxFileBytes: Number.MAX_SAFE_INTEGER,
  });
  try {
    const failed = opened.status.findIndex((status) => status !== 0);
    if (failed >= 0) return attemptOf(opened.status[failed] ?? 0, opened.syscalls[failed] ?? 0, { failed });
    if (!change.decide(foundEntries(opened, count))) return attemptOf(0, 0, { left: true });
    const { status, syscall, flags, detail } = await change.commit(opened.targets);
    return attemptOf(status, syscall, { flags, detail });
  } finally {
    addon.closeTargets(opened.targets);
  }
}

function attemptOf(status: number, syscall: number, rest: Partial<Omit<Attempt, keyof BatchStatus>>): Attempt {
  const columns = { status: Int32Array.of(status), syscalls: Uint8Array.of(syscall) };
  return { ...columns, failed: 0, flags: 0, detail: 0, left: false, ...rest };
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
