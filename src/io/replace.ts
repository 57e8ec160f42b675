import { constants } from 'node:os';
import { internalError } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { NativeDurability, NativeFailure, NativeLockKind } from '../native/batch.js';
import { type CommitBatchResult, CommitFlag, type OpenTargetsResult } from '../native/change-batches.js';
import { type FailureContext, failureFrom } from '../native/failure.js';
import { hostPlatform } from '../platform/host.js';
import type { Warning } from '../types.js';
import { committedOutcome, flagsAt, foundAt, recoveredBy, removedOutcome } from './commit-outcome.js';
import type { FileSystemKind } from './file-system-kind.js';
import { deviceOf } from './identify.js';
import { commitItem, openGroup } from './open-group.js';
import type { Owner } from './owners.js';
import { Pace } from './pace.js';
import { isMountPoint, overwritten, wrongLock } from './replace-failure.js';
import type { ReplaceRequest, ReplaceResult } from './replace-request.js';
import type { Change, Found, Replacement } from './replacement.js';
import { directoryOf } from './write-plan.js';

const { EBUSY, ECANCELED, EEXIST } = constants.errno;
/** `detail` of an in-place write that failed and could not be undone. */
const unknownState = -1;

/**
 * One group commit: takes hold of every name, reads what is there, lets each item decide, and commits those that want to.
 * What is committed replaces the very entry that was judged, through the same directory handle. An item's failure is its
 * outcome, and nothing of it is left behind. The permits are the caller's to hold.
 *
 * @throws what `decide` throws, if it is not a PlokeIoError
 */
export async function replaceGroup(request: ReplaceRequest, items: readonly Replacement[]): Promise<ReplaceResult> {
  const opened = await openGroup(request, items);
  try {
    const group = new Group(request, items, opened);
    await group.commit(await group.judge());
    return group.result;
  } finally {
    request.addon.closeTargets(opened.targets);
  }
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
  readonly decision: Change;
}

/** By device. */
type Kinds = ReadonlyMap<string, FileSystemKind | undefined>;

/** The items of one group, from what was opened to what became of each. */
export class Group {
  readonly result: ReplaceResult;
  readonly #request: ReplaceRequest;
  readonly #items: readonly Replacement[];
  readonly #opened: OpenTargetsResult;

  constructor(request: ReplaceRequest, items: readonly Replacement[], opened: OpenTargetsResult) {
    this.#request = request;
    this.#items = items;
    this.#opened = opened;
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
      const found = foundAt(this.#opened, index);
      const failure = status[index] ?? 0;
      if (failure !== 0) {
        this.#fail(index, item, found, failure, syscalls[index] ?? 0);
        continue;
      }
      try {
        this.#checkLock(index, item);
        const decision = item.decide(contents ? { ...found, contents } : found);
        if (decision.action === 'leave') this.result.outcomes[index] = { status: 'left', found };
        else wanted.push({ index, item, found, decision });
      } catch (error) {
        if (!(error instanceof PlokeIoError)) throw error;
        this.result.outcomes[index] = { status: 'failed', error };
      }
    }
    return wanted;
  }

  async commit(wanted: readonly Wanted[]): Promise<void> {
    const { atOnce, committed } = this.#opened;
    const isCommitted = new Set(atOnce);
    const done = wanted.filter(({ index }) => isCommitted.has(index));
    if (done.length !== isCommitted.size) throw internalError(this.#request.operation, 'a commit that nobody wanted');
    if (committed && done.length > 0) this.#record(done, committed, await this.#kindsOf(done));
    const left = isCommitted.size > 0 ? wanted.filter(({ index }) => !isCommitted.has(index)) : wanted;
    if (left.length > 0) await this.#commitLeft(left);
  }

  async #commitLeft(wanted: readonly Wanted[]): Promise<void> {
    const owners = await this.#ownersOf(wanted);
    const owned = wanted.filter(({ index, item, found }) => {
      const owner = owners.get(this.#opened.landedRoots[index] ?? 0);
      if (owner && owner.status !== 0) this.#fail(index, item, found, owner.status, owner.syscall);
      return owner?.status === 0;
    });
    const [first] = owners.values();
    if (owned.length === 0 || !first) return;
    const kinds = await this.#kindsOf(owned);
    const { addon, durability, preserveMetadata, inPlace, origin, cancel } = this.#request;
    const answer = await addon.commitBatch({
      targets: this.#opened.targets,
      items: owned.map(({ index, found, decision }) => commitItem(index, decision, found.type, durability)),
      // One id a root set, whichever roots the items landed in.
      owner: first.id,
      durability: NativeDurability[durability],
      preserveMetadata,
      inPlace,
      origin,
      cancel,
    });
    this.#record(owned, answer, kinds);
  }

  /** Enters what became of commits. */
  #record(items: readonly Wanted[], answer: CommitBatchResult, kinds: Kinds): void {
    const { status, syscalls, flags, detail } = answer;
    for (const [position, { index, item, found, decision }] of items.entries()) {
      const failure = status[position] ?? 0;
      const syscall = syscalls[position] ?? 0;
      const itemFlags = flagsAt(this.#opened, index, flags[position] ?? 0);
      if ((itemFlags & CommitFlag.committed) === 0) {
        const kept = recoveredBy(answer, position, item);
        const reason = failure === EEXIST ? NativeFailure.changed : failure;
        const swappedBack = (itemFlags & CommitFlag.swappedBack) !== 0;
        this.#fail(index, item, found, reason, syscall, { detail: detail[position], swappedBack, recovered: kept });
        continue;
      }
      if (failure === NativeFailure.changed) {
        this.result.outcomes[index] = {
          status: 'failed',
          error: overwritten(this.#request.operation, item.path.path, decision.verify),
        };
        continue;
      }
      const kind = kinds.get(deviceOf(item.identity));
      const facts = { index, position, item, found, kind };
      const outcome =
        decision.action === 'remove'
          ? removedOutcome(this.#request, answer, facts)
          : committedOutcome(this.#request, this.#opened, answer, {
              ...facts,
              data: decision.data,
              verify: decision.verify,
            });
      const notDurable = failure === 0 ? undefined : this.#error(item, failure, syscall, { detail: detail[position] });
      this.result.outcomes[index] = notDurable ? { ...outcome, notDurable } : outcome;
    }
  }

  /** The addon's answer lives as long as the group does; its contents go one by one. */
  #takeContents(index: number): Uint8Array | undefined {
    const contents = this.#opened.contents as (Uint8Array | undefined)[] | undefined;
    if (!contents) return undefined;
    const taken = contents[index];
    contents[index] = undefined;
    return taken;
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

  async #kindsOf(wanted: readonly Wanted[]): Promise<Kinds> {
    const kinds = new Map<string, FileSystemKind | undefined>();
    const { durability, locks } = this.#request;
    if (durability === 'none' && locks.kind !== NativeLockKind.advisory) return kinds;
    for (const { item } of wanted) {
      const device = deviceOf(item.identity);
      if (device === '' || kinds.has(device)) continue;
      const { devices, set } = this.#request;
      kinds.set(device, devices.known(device) ?? (await devices.kindOf(device, set, directoryOf(item.path))));
    }
    return kinds;
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
    const { recovered = [] } = facts;
    // Without a status it is not tried again: that something was kept aside, or is half done, would be forgotten.
    if (recovered.length === 0 && facts.detail !== unknownState) {
      this.result.status[index] = status;
      this.result.syscalls[index] = syscall;
    }
    if (status === ECANCELED) outcomes[index] = { status: 'aborted' };
    else if (status === NativeFailure.locked) outcomes[index] = { status: 'locked' };
    else if (status === NativeFailure.changed)
      outcomes[index] = {
        status: 'changed',
        found,
        swappedBack: facts.swappedBack === true,
        recovered,
      };
    else {
      const byteLength = found.byteLength > 0 ? found.byteLength : undefined;
      const { maxFileBytes } = this.#request;
      const error = this.#error(item, status, syscall, { byteLength, maxFileBytes, detail: facts.detail });
      outcomes[index] = recovered.length > 0 ? { status: 'failed', error, recovered } : { status: 'failed', error };
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
    // Linux alone mounts single files; on Windows it is somebody who has the file open.
    if (hostPlatform === 'linux' && status === EBUSY && addon.syscallNames()[syscall] === 'renameat2')
      return isMountPoint(operation, path);
    const committed = context.detail === unknownState ? 'unknown' : status === NativeFailure.notDurable;
    return failureFrom(addon, status, syscall, { operation, path, committed, ...context });
  }

  /** @throws ERR_PLOKE_LOCK_LOST, or ERR_PLOKE_INVALID_ARGUMENT where the caller's lock is on another file */
  #checkLock(index: number, item: Replacement): void {
    const { addon, locks, operation } = this.#request;
    const { required } = locks;
    if (required === undefined || this.#opened.usedLocks?.[index] === required) return;
    throw wrongLock(operation, item.path.path, addon.checkLock(required) !== 0);
  }
}
