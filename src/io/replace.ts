import { constants } from 'node:os';
import { invalidArgument } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import {
  type BatchStatus,
  CommitFlag,
  type CommitItem,
  type NativeAddon,
  NativeDurability,
  NativeEntryType,
  NativeFailure,
  NativeLockKind,
  type NativeRootSet,
  type OpenTargetsBatch,
  type OpenTargetsResult,
} from '../native/addon.js';
import { type FailureContext, failureFrom } from '../native/failure.js';
import type { ContentHash, Durability, LockScope, Warning } from '../types.js';
import type { Devices } from './devices.js';
import type { FileSystemKind } from './file-system-kind.js';
import { deviceOf, type NamedPath } from './identify.js';
import type { Owner, Owners } from './owners.js';
import { Pace } from './pace.js';
import { packPaths } from './path-batch.js';
import { recoveredFile, warningsOf } from './receipt.js';
import type { Decision, Found, Replacement, ReplaceOutcome } from './replacement.js';
import { directoryOf } from './write-plan.js';

const { EBUSY, ECANCELED, EEXIST } = constants.errno;
/** `detail` of an in-place write that failed and could not be undone. */
const unknownState = -1;

export interface ReplaceRequest {
  readonly addon: NativeAddon;
  readonly owners: Owners;
  readonly devices: Devices;
  readonly set: NativeRootSet;
  /** By the root's index. */
  readonly rootPaths: readonly string[];
  readonly cancel: Int32Array | null;
  readonly operation: string;
  readonly durability: Durability;
  /** What of the files that are there is read and handed to `decide`. */
  readonly read: 'nothing' | 'hash' | 'contents';
  readonly preserveMetadata: boolean;
  /** Whether a file that cannot be replaced by a rename is written in place. */
  readonly inPlace: boolean;
  readonly locks: LockUse;
  /** A larger file is not read; bytes. */
  readonly maxFileBytes: number;
}

/** The locks of a group. */
export interface LockUse {
  /** A `NativeLockKind`. */
  readonly kind: number;
  /** Held already: those that this call waited for, and `required`. */
  readonly given: readonly number[];
  /** The one that the caller of the library gave: every item must be a file under it. */
  readonly required: number | undefined;
}

/** In columns as well, so that items that got no descriptor can be told and run again. */
export interface ReplaceResult extends BatchStatus {
  readonly outcomes: ReplaceOutcome[];
  /** The item whose lock somebody else holds: then no item was begun. */
  blocked: number | undefined;
}

/**
 * One group commit: takes hold of every name, reads what is there, lets each item decide, and commits those that want to.
 * What is committed replaces the very entry that was judged, through the same directory handle. An item's failure is its
 * outcome, and nothing of it is left behind. The permits are the caller's to hold.
 *
 * @throws what `decide` throws, if it is not a PlokeIoError
 */
export async function replaceGroup(request: ReplaceRequest, items: readonly Replacement[]): Promise<ReplaceResult> {
  const { addon, set, cancel, durability } = request;
  const modes = new Uint8Array(items.length);
  const createParents = new Uint8Array(items.length);
  const paths: NamedPath[] = [];
  for (const { path, mode, parents } of items) {
    modes[paths.length] = mode;
    createParents[paths.length] = parents ? 1 : 0;
    paths.push(path);
  }
  const batch: OpenTargetsBatch = {
    ...packPaths(set, paths, cancel),
    modes,
    createParents,
    durability: NativeDurability[durability],
    hash: request.read !== 'nothing',
    contents: request.read === 'contents',
    maxFileBytes: request.maxFileBytes,
    lock: request.locks.kind,
    given: new Uint32Array(request.locks.given),
  };
  const opened = openQuickly(request, items, batch) ?? (await addon.openTargets(batch));
  try {
    const group = new Group(request, items, opened);
    await group.commit(await group.judge());
    return group.result;
  } finally {
    addon.closeTargets(opened.targets);
  }
}

/** A larger file is read on a thread. */
const quickBytes = 64 * 1024;

/** One small file is opened at once: that takes less than handing it to a thread would. undefined: it is not that. */
function openQuickly(
  { addon, maxFileBytes }: ReplaceRequest,
  items: readonly Replacement[],
  batch: OpenTargetsBatch,
): OpenTargetsResult | undefined {
  const [item] = items;
  if (!item || items.length > 1 || item.parents) return undefined;
  const { type, byteLength, missingParents } = item.identity;
  if (byteLength === undefined || byteLength > quickBytes || type !== NativeEntryType.file || missingParents > 0) {
    return undefined;
  }
  // It may have grown since it was looked at.
  const opened = addon.openTargetsNow({ ...batch, maxFileBytes: Math.min(maxFileBytes, quickBytes) });
  if (opened.status[0] !== NativeFailure.tooLarge || maxFileBytes <= quickBytes) return opened;
  addon.closeTargets(opened.targets);
  return undefined;
}

interface FailureFacts {
  readonly detail?: number | undefined;
  readonly swappedBack?: boolean;
  readonly recovered?: readonly Warning[];
}

/** An item that wants to be committed. */
interface Wanted {
  readonly index: number;
  readonly item: Replacement;
  readonly found: Found;
  readonly decision: Extract<Decision, { readonly action: 'commit' }>;
}

class Group {
  readonly result: ReplaceResult;
  readonly #request: ReplaceRequest;
  readonly #items: readonly Replacement[];
  readonly #opened: OpenTargetsResult;
  readonly #unsynced: ReadonlySet<number>;

  constructor(request: ReplaceRequest, items: readonly Replacement[], opened: OpenTargetsResult) {
    this.#request = request;
    this.#items = items;
    this.#opened = opened;
    this.#unsynced = new Set(opened.unsynced);
    this.result = {
      status: new Int32Array(items.length),
      syscalls: new Uint8Array(items.length),
      outcomes: items.map(() => ({ status: 'aborted' })),
      blocked: opened.blocked < 0 ? undefined : opened.blocked,
    };
  }

  /** Between large contents the event loop runs: judging an edit is work on all bytes of its file. */
  async judge(): Promise<Wanted[]> {
    const { status, syscalls } = this.#opened;
    const wanted: Wanted[] = [];
    const pace = new Pace();
    for (const [index, item] of this.#items.entries()) {
      const contents = this.#takeContents(index);
      if (pace.isDue(contents?.length ?? 0)) await pace.rest();
      // Without the content: results are kept for the whole call.
      const found = this.#foundAt(index);
      const failure = status[index] ?? 0;
      if (failure !== 0) {
        this.#fail(index, item, found, failure, syscalls[index] ?? 0);
        continue;
      }
      try {
        this.#checkLock(index, item);
        const decision = item.decide({ ...found, contents });
        if (decision.action === 'commit') wanted.push({ index, item, found, decision });
        else this.result.outcomes[index] = { status: 'left', found };
      } catch (error) {
        if (!(error instanceof PlokeIoError)) throw error;
        this.result.outcomes[index] = { status: 'failed', error };
      }
    }
    return wanted;
  }

  async commit(wanted: readonly Wanted[]): Promise<void> {
    const owners = await this.#ownersOf(wanted);
    const owned = wanted.filter(({ index, item, found }) => {
      const owner = owners.get(this.#opened.landedRoots[index] ?? 0);
      if (owner && owner.status !== 0) this.#fail(index, item, found, owner.status, owner.syscall);
      return owner?.status === 0;
    });
    const [first] = owners.values();
    if (owned.length === 0 || !first) return;

    const kinds = await this.#kindsOf(owned);
    const { addon, durability, preserveMetadata, inPlace, cancel } = this.#request;
    const { status, syscalls, flags, detail, hashes, stamps, recovered } = await addon.commitBatch({
      targets: this.#opened.targets,
      items: owned.map((wanted) => this.#commitItem(wanted)),
      // One id a root set, whichever roots the items landed in.
      owner: first.id,
      durability: NativeDurability[durability],
      preserveMetadata,
      inPlace,
      cancel,
    });
    for (const [position, { index, item, found, decision }] of owned.entries()) {
      const failure = status[position] ?? 0;
      const syscall = syscalls[position] ?? 0;
      const itemFlags = this.#withParents(index, flags[position] ?? 0);
      const kept = (recovered[position] ?? []).map((name) => recoveredFile(siblingOf(item, name)));
      if ((itemFlags & CommitFlag.committed) === 0) {
        const reason = failure === EEXIST ? NativeFailure.changed : failure;
        const swappedBack = (itemFlags & CommitFlag.swappedBack) !== 0;
        this.#fail(index, item, found, reason, syscall, { detail: detail[position], swappedBack, recovered: kept });
        continue;
      }
      if (failure === NativeFailure.changed) {
        this.result.outcomes[index] = { status: 'failed', error: this.#overwritten(item, decision.verify) };
        continue;
      }
      const owner = owners.get(this.#opened.landedRoots[index] ?? 0);
      this.result.outcomes[index] = {
        status: 'committed',
        found,
        hash: hashes[position] as ContentHash,
        byteLength: decision.data.length,
        stamp: stamps[position] ?? '',
        flags: itemFlags,
        kind: kinds.get(deviceOf(item.identity)),
        lock: this.#lockScope(found, kinds.get(deviceOf(item.identity))),
        verified: decision.verify !== null || found.type === NativeEntryType.missing,
        warnings: [...warningsOf(itemFlags, item.path.path), ...(owner?.warning ? [owner.warning] : [])],
        recovered: kept,
        notDurable: failure === 0 ? undefined : this.#error(item, failure, syscall, { detail: detail[position] }),
      };
    }
  }

  /** The addon's answer lives as long as the group does; its contents go one by one. */
  #takeContents(index: number): Uint8Array | undefined {
    const contents = this.#opened.contents as (Uint8Array | undefined)[];
    const taken = contents[index];
    contents[index] = undefined;
    return taken;
  }

  #foundAt(index: number): Found {
    const { types, hashes, byteLengths, stamps } = this.#opened;
    return {
      type: types[index] ?? NativeEntryType.missing,
      hash: (hashes[index] as ContentHash | undefined) ?? null,
      byteLength: byteLengths[index] ?? 0,
      stamp: stamps[index] ?? '',
      contents: undefined,
    };
  }

  /** Owner files are there before the first temporary file is. */
  async #ownersOf(wanted: readonly Wanted[]): Promise<ReadonlyMap<number, Owner>> {
    const { owners, set, rootPaths } = this.#request;
    const roots = new Set(wanted.map(({ index }) => this.#opened.landedRoots[index] ?? 0));
    return new Map(
      await Promise.all(
        [...roots].map(async (root) => [root, await owners.ensure(set, root, rootPaths[root] ?? '')] as const),
      ),
    );
  }

  async #kindsOf(wanted: readonly Wanted[]): Promise<ReadonlyMap<string, FileSystemKind | undefined>> {
    const kinds = new Map<string, FileSystemKind | undefined>();
    const { durability, locks } = this.#request;
    if (durability === 'none' && locks.kind !== NativeLockKind.advisory) return kinds;
    for (const { item } of wanted) {
      const device = deviceOf(item.identity);
      if (device === '' || kinds.has(device)) continue;
      kinds.set(device, await this.#request.devices.kindOf(device, this.#request.set, directoryOf(item.path)));
    }
    return kinds;
  }

  #withParents(index: number, flags: number): number {
    return this.#unsynced.has(index) ? flags | CommitFlag.directoryUnsynced : flags;
  }

  #fail(
    index: number,
    item: Replacement,
    found: Found,
    status: number,
    syscall: number,
    facts: FailureFacts = {},
  ): void {
    const { outcomes } = this.result;
    this.result.status[index] = status;
    this.result.syscalls[index] = syscall;
    if (status === ECANCELED) outcomes[index] = { status: 'aborted' };
    else if (status === NativeFailure.locked) outcomes[index] = { status: 'locked' };
    else if (status === NativeFailure.changed)
      outcomes[index] = {
        status: 'changed',
        found,
        swappedBack: facts.swappedBack === true,
        recovered: facts.recovered ?? [],
      };
    else {
      const byteLength = found.byteLength > 0 ? found.byteLength : undefined;
      const { maxFileBytes } = this.#request;
      const error = this.#error(item, status, syscall, { byteLength, maxFileBytes, detail: facts.detail });
      outcomes[index] = { status: 'failed', error };
    }
  }

  #error(
    item: Replacement,
    status: number,
    syscall: number,
    context: Pick<FailureContext, 'byteLength' | 'maxFileBytes' | 'detail'>,
  ): PlokeIoError {
    const { addon, operation } = this.#request;
    const { path } = item.path;
    if (status === EBUSY && addon.syscallNames()[syscall] === 'renameat2') return isMountPoint(operation, path);
    const committed = context.detail === unknownState ? 'unknown' : status === NativeFailure.notDurable;
    return failureFrom(addon, status, syscall, { operation, path, committed, ...context });
  }

  /** Our version is in place over one that was not expected, and that could not be put back from where it was. */
  #overwritten(item: Replacement, expectedHash: ContentHash | null): PlokeIoError {
    const { operation } = this.#request;
    return new PlokeIoError({
      code: 'ERR_PLOKE_CONTENT_MISMATCH',
      message:
        'Another version came between the look and the write, and another process kept it as a recovered file beside this one',
      operation,
      path: item.path.path,
      committed: true,
      expectedHash: expectedHash ?? undefined,
    });
  }

  /** @throws ERR_PLOKE_LOCK_LOST, or ERR_PLOKE_INVALID_ARGUMENT where the caller's lock is on another file */
  #checkLock(index: number, item: Replacement): void {
    const { addon, locks, operation } = this.#request;
    const { required } = locks;
    if (required === undefined || this.#opened.usedLocks[index] === required) return;
    throw wrongLock(operation, item.path.path, addon.checkLock(required) !== 0);
  }

  #lockScope(found: Found, kind: FileSystemKind | undefined): LockScope {
    // What is not there yet cannot be locked: the rename that never replaces bears it.
    const isLocked = this.#request.locks.kind === NativeLockKind.advisory && found.type === NativeEntryType.file;
    return isLocked ? (kind?.lockScope ?? 'unproven') : 'process';
  }

  #commitItem({ index, found, decision }: Wanted): CommitItem {
    const isReplaced = found.type === NativeEntryType.file;
    return {
      index,
      data: decision.data,
      mode: decision.mode,
      create: found.type === NativeEntryType.missing,
      expectedHash: decision.verify,
      // Who asks for no durability and expects no content wants a plain rename.
      swap: isReplaced && (this.#request.durability !== 'none' || decision.verify !== null),
    };
  }
}

/** The error of a call whose `lock` is not that of the file. */
export function wrongLock(operation: string, path: string, lost: boolean): PlokeIoError {
  if (!lost) {
    const message = 'lock is a lock on another file. Pass the one on the file that is changed, or none.';
    return invalidArgument(operation, message, { argument: 'lock', path });
  }
  return new PlokeIoError({
    code: 'ERR_PLOKE_LOCK_LOST',
    message: 'Another process has replaced or removed the locked file',
    operation,
    path,
    committed: false,
  });
}

function isMountPoint(operation: string, path: string): PlokeIoError {
  return new PlokeIoError({
    code: 'ERR_PLOKE_MOUNT',
    message: 'The file is a mount point (a single file mounted here), which no rename can replace',
    action: "Open the workspace with inPlace: 'when-required' to write into it, which is not atomic.",
    operation,
    path,
    committed: false,
  });
}

/** A name in the directory of an item's file, as far as the item's own path tells where that is. */
function siblingOf({ path, identity }: Replacement, name: string): string {
  const isPlain = identity.key !== undefined && path.path.endsWith(identity.key.slice(identity.key.indexOf('/')));
  return isPlain ? `${path.path.slice(0, path.path.lastIndexOf('/') + 1)}${name}` : name;
}
