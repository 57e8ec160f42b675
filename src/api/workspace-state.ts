import type { ContentCache } from '../cache/content-cache.js';
import { type AdvisoryLocks, advisoryLocks } from '../concurrency/advisory-lock.js';
import { Gate } from '../concurrency/gate.js';
import { pathQueue } from '../concurrency/path-queue.js';
import { closedError, throwIfAborted, unlessAborted } from '../errors/make.js';
import type { PlokeIoError } from '../errors/ploke-io-error.js';
import { commits, firstOf } from '../events/commits.js';
import type { Watcher } from '../events/watcher.js';
import { Devices } from '../io/devices.js';
import { Owners } from '../io/owners.js';
import { StaleFiles } from '../io/stale-files.js';
import { Sweeps } from '../io/sweep.js';
import type { CommittedChange, OperationContext } from '../operation/context.js';
import { FileLocks } from '../operation/file-lock.js';
import { closeStreams, retireStreams } from '../operation/read-stream.js';
import { openRootTable, type RootLease, type RootTable } from '../policy/root-table.js';
import type { SymlinkPolicy, Warning } from '../types.js';

/** What a workspace is made of before it has roots. */
export type WorkspaceParts = Pick<
  OperationContext,
  'addon' | 'options' | 'limits' | 'metrics' | 'redactor' | 'gate' | 'streams' | 'cache'
>;

/** Several for each thread of the addon, so that none waits for the event loop. */
const readsAtOnce = 128;

/** More warnings than these are not kept: a tree full of leftovers must not eat the memory. */
const maxWarnings = 1_000;

/**
 * The life of a workspace: which roots it has, whether it takes calls, and what is to be given back at the end. It is the
 * context of every operation.
 */
export class WorkspaceState implements OperationContext {
  readonly addon: WorkspaceParts['addon'];
  readonly options: WorkspaceParts['options'];
  readonly limits: WorkspaceParts['limits'];
  readonly metrics: WorkspaceParts['metrics'];
  readonly redactor: WorkspaceParts['redactor'];
  readonly gate: WorkspaceParts['gate'];
  readonly reads = new Gate(readsAtOnce);
  readonly streams: WorkspaceParts['streams'];
  readonly cache: ContentCache | undefined;
  readonly queue = pathQueue;
  readonly locks: AdvisoryLocks;
  readonly fileLocks: FileLocks;
  readonly owners: Owners;
  readonly sweeps: Sweeps;
  readonly devices: Devices;
  readonly staleFiles: StaleFiles;
  readonly warnings: Warning[];
  /** Set once, before the workspace is handed out. */
  watcher: Watcher | undefined;
  #table: RootTable;
  #symlinks: SymlinkPolicy;
  #poison: PlokeIoError | undefined;
  #closing: Promise<void> | undefined;
  #isDrained = false;
  /** The last change of roots; the next one begins when the new roots are in place. */
  #rootsChanged: Promise<unknown> = Promise.resolve();
  /** The giving back of earlier roots. */
  #retired: Promise<unknown> = Promise.resolve();

  constructor(parts: WorkspaceParts, table: RootTable) {
    this.addon = parts.addon;
    this.options = parts.options;
    this.limits = parts.limits;
    this.metrics = parts.metrics;
    this.redactor = parts.redactor;
    this.gate = parts.gate;
    this.streams = parts.streams;
    this.cache = parts.cache;
    this.warnings = parts.limits.notes.map((message) => ({ code: 'PLOKE_LIMITS', message }));
    this.locks = advisoryLocks(parts.addon);
    this.fileLocks = new FileLocks(parts.limits.maxOpenFiles);
    this.owners = new Owners(parts.addon);
    this.devices = new Devices(parts.addon);
    this.staleFiles = new StaleFiles((metric, by) => parts.metrics.count(metric, by));
    this.sweeps = new Sweeps(parts.addon, (warning) => {
      parts.metrics.count('sweep.directories');
      this.warn(warning);
    });
    this.#table = table;
    this.#symlinks = withLease(table, ({ symlinks }) => symlinks);
    this.redactor.useRoots(() => this.roots);
  }

  get roots(): readonly string[] {
    return this.#table.roots;
  }

  lease(operation: string): RootLease {
    this.#checkOpen(operation);
    return this.#table.lease();
  }

  /** Also while the workspace is being closed: a look that is under way ends in its own time. */
  leaseForWatcher(): RootLease | undefined {
    return this.#isDrained ? undefined : this.#table.lease();
  }

  get isObserved(): boolean {
    return commits.hasListeners;
  }

  hold(keys: readonly string[]): () => void {
    // What lies in directories that a call makes is known by the first of them.
    return commits.hold(keys.map(firstOf));
  }

  poison(error: PlokeIoError): void {
    this.#poison ??= error;
  }

  warn(warning: Warning): void {
    if (this.warnings.length < maxWarnings) this.warnings.push(this.redactor.warning(warning));
  }

  onCommitted(change: CommittedChange): void {
    const { outcome, key, replacedStamp } = change;
    this.metrics.count(`committed.${outcome}`);
    if (replacedStamp) this.cache?.forget(replacedStamp);
    if (key !== undefined && commits.hasListeners) commits.tell({ ...change, key }, this);
  }

  /** Removes what crashed processes left in the roots. */
  async sweep(operation: string): Promise<void> {
    const lease = this.#table.lease();
    try {
      const remove = () => this.sweeps.openRoots(lease.set, lease.rootPaths);
      await this.gate.run(1, undefined, remove, operation);
    } finally {
      lease.release();
    }
  }

  /**
   * One change of roots at a time, in the order of the calls. All are opened anew, those that stay included. It resolves
   * when the calls that were made under the earlier roots are over, and the streams of those that were taken away.
   *
   * @throws ABORT_ERR, with `committed: true` when the new roots are in force already and only the waiting was aborted
   */
  async setRoots(roots: unknown, symlinks: SymlinkPolicy | undefined, signal: AbortSignal | undefined): Promise<void> {
    this.metrics.count('call.setRoots');
    throwIfAborted(signal, 'setRoots');
    this.#checkOpen('setRoots');
    const changed = this.#rootsChanged.then(() => this.#changeRoots(roots, symlinks, signal));
    // Whether it failed is its caller's to know; the next change begins in any case.
    this.#rootsChanged = changed.catch(() => undefined);
    const { retired } = await changed;
    await unlessAborted(retired, signal, 'setRoots', undefined, true);
  }

  /** Idempotent. Ends streams, lets running calls end, and gives back everything. */
  async close(signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal, 'close');
    this.#closing ??= this.#drain();
    await unlessAborted(this.#closing, signal, 'close');
  }

  #checkOpen(operation: string): void {
    if (this.#closing) throw closedError(operation);
    if (this.#poison) throw this.#poison;
  }

  async #changeRoots(
    roots: unknown,
    symlinks: SymlinkPolicy | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly retired: Promise<unknown> }> {
    const operation = 'setRoots';
    const previous = this.#table;
    const { allowHardLinks, allowMounts } = this.options;
    const options = { symlinks: symlinks ?? this.#symlinks, allowHardLinks, allowMounts, operation };
    const next = await openRootTable(this.addon, roots, options);
    try {
      throwIfAborted(signal, operation);
      this.#checkOpen(operation);
    } catch (error) {
      await next.close();
      throw error;
    }
    this.#table = next;
    this.#symlinks = options.symlinks;
    const retired = Promise.all([this.#retire(previous), this.sweep(operation)]);
    this.#retired = Promise.all([this.#retired, retired]);
    await this.watcher?.rootsChanged();
    return { retired };
  }

  async #drain(): Promise<void> {
    closeStreams(this);
    // Those who wait for them are let in, and end.
    this.fileLocks.closeAll('close');
    await this.#rootsChanged;
    await this.#retired;
    await this.#table.drained();
    // Calls that were running have told what they did.
    await this.watcher?.close();
    this.#isDrained = true;
    await this.#retire(this.#table);
    this.gate.close();
    this.reads.close();
    this.streams.close();
    this.cache?.clear();
  }

  /** Waits until nobody uses the roots any more, and gives them back. */
  async #retire(table: RootTable): Promise<void> {
    const set = withLease(table, (lease) => lease.set);
    await table.drained();
    // At the end there is no other table, and its streams have been ended already.
    if (table !== this.#table)
      withLease(this.#table, (present) => {
        retireStreams(this, set, present);
        this.fileLocks.retire(set, present);
      });
    // Only now are there no temporary files left for anybody to sweep.
    await this.owners.closeSet(set);
    await this.addon.settleJobs();
    await table.close();
  }
}

function withLease<T>(table: RootTable, look: (lease: RootLease) => T): T {
  const lease = table.lease();
  try {
    return look(lease);
  } finally {
    lease.release();
  }
}
