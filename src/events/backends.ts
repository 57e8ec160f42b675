import { constants } from 'node:os';
import type { NativeWatch } from '../native/batch.js';
import { hostPlatform } from '../platform/host.js';
import type { Warning } from '../types.js';
import type { ChokidarBackend } from './backends/chokidar.js';
import { NativeBackend, type Taken } from './backends/native.js';
import { Poller } from './backends/poller.js';
import type { DirectoryIndex } from './directory-index.js';
import type { Hints } from './hints.js';
import { addPath } from './hints-of-path.js';
import type { RootTrees } from './root-trees.js';
import { noWatchWarning, type WatchTroubles } from './watch-troubles.js';
import { type DirectoryNode, directoriesFrom, type WatchedTree } from './watched-tree.js';
import type { WatcherHost, WatcherOptions } from './watcher-host.js';

/** Callback backends are looked after so often, besides after each standstill of the event loop. */
const reconcileMs = 30_000;
/** How often that is thought of. */
const reconcileTickMs = 1_000;

const { ENOSPC, EMFILE, ENFILE, ENOMEM } = constants.errno;
/** For which there are no more watches to be had. */
const shortages: ReadonlySet<number> = new Set([ENOSPC, EMFILE, ENFILE, ENOMEM]);

export interface BackendsParts {
  readonly host: WatcherHost;
  readonly options: WatcherOptions;
  readonly index: DirectoryIndex;
  readonly trees: RootTrees;
  readonly troubles: WatchTroubles;
  /** There may be records to take. */
  readonly wake: () => void;
  readonly hint: (add: (hints: Hints) => void) => void;
  /** Resolves when all hints have been looked at. */
  readonly settled: () => Promise<void>;
}

/** What tells of changes, for each tree: records of the system, callbacks, or looking again and again. */
export class Backends {
  readonly #parts: BackendsParts;
  /** One for all trees; an errno where the system gives none. */
  readonly #native: NativeBackend | number;
  readonly #nativeTrees = new Set<WatchedTree>();
  readonly #chokidars = new Map<WatchedTree, ChokidarBackend>();
  readonly #poller: Poller;
  readonly #reconciler: Poller;
  #reconciledAt = 0;
  #isNativeOver = false;

  constructor(parts: BackendsParts) {
    this.#parts = parts;
    const { pollIntervalMs } = parts.options;
    this.#native = hostPlatform === 'linux' ? NativeBackend.open(parts.host.addon, parts.wake) : constants.errno.ENOSYS;
    this.#poller = new Poller({
      intervalMs: pollIntervalMs,
      look: () => this.#look((hints) => this.#addPolled(hints)),
    });
    this.#reconciler = new Poller({ intervalMs: reconcileTickMs, look: (stalled) => this.#reconcile(stalled) });
  }

  /** Of the directory's tree, where the system is asked directory by directory. */
  watchOf({ tree }: DirectoryNode): NativeWatch | undefined {
    return typeof this.#native !== 'number' && this.#nativeTrees.has(tree) ? this.#native.watch : undefined;
  }

  /** `isListing`: see NativeBackend. */
  take(hints: Hints, isListing: boolean): Taken {
    if (typeof this.#native === 'number' || this.#isNativeOver) {
      return { overflow: false, rootChanged: false, error: 0 };
    }
    return this.#native.take(hints, this.#parts.index, isListing);
  }

  /** Begins to watch a tree, before it is looked at. */
  async watch(tree: WatchedTree, identity: string): Promise<void> {
    const { host, options } = this.#parts;
    const { backend, degraded, hasFineStamps } = await host.traitsOf(tree.root, identity, options.backend);
    tree.hasFineStamps = hasFineStamps;
    if (degraded) this.#poll(tree, degraded);
    else if (backend === 'native' && typeof this.#native !== 'number' && !this.#isNativeOver)
      this.#nativeTrees.add(tree);
    else if (backend === 'native')
      this.#poll(
        tree,
        noWatchWarning(tree.root, typeof this.#native === 'number' ? this.#native : constants.errno.EIO),
      );
    else if (backend === 'chokidar') await this.#watchByChokidar(tree);
    else this.#poller.start();
  }

  async leave(tree: WatchedTree): Promise<void> {
    this.unwatch(this.#parts.index.leave(tree.top));
    this.#nativeTrees.delete(tree);
    const chokidar = this.#chokidars.get(tree);
    this.#chokidars.delete(tree);
    await chokidar?.close();
  }

  unwatch(watches: readonly number[]): void {
    if (typeof this.#native !== 'number') this.#native.unwatch(watches);
  }

  /** After each listing: whether the directory has no watch, or its names could not be had. */
  listed(directory: DirectoryNode, trouble: 'watch' | 'unreadable' | undefined): void {
    const { troubles } = this.#parts;
    if (trouble === undefined) {
      troubles.watched(directory);
      return;
    }
    const errno = trouble === 'watch' ? -directory.watch : constants.errno.EACCES;
    troubles.unwatchedFor(directory, noWatchWarning(directory.path, errno));
    this.#poller.start();
  }

  get nativeTrees(): readonly WatchedTree[] {
    return [...this.#nativeTrees];
  }

  /** No record will come any more: what was watched by them is polled from now on. */
  nativeFailed(errno: number): void {
    this.#isNativeOver = true;
    for (const tree of this.#nativeTrees) this.#poll(tree, noWatchWarning(tree.root, errno));
    this.#nativeTrees.clear();
  }

  /** Everything of which nothing may have been told. */
  addUntold(hints: Hints): void {
    this.#addPolled(hints);
    for (const tree of this.#chokidars.keys()) addAll(hints, tree);
  }

  async close(): Promise<void> {
    this.#poller.close();
    this.#reconciler.close();
    const native = typeof this.#native === 'number' ? undefined : this.#native;
    await Promise.all([native, ...this.#chokidars.values()].map((backend) => backend?.close()));
  }

  #addPolled(hints: Hints): void {
    for (const directory of this.#parts.troubles.unwatched) hints.addWhole(directory);
    for (const tree of this.#parts.trees) {
      if (!this.#nativeTrees.has(tree) && !this.#chokidars.has(tree)) addAll(hints, tree);
    }
  }

  async #watchByChokidar(tree: WatchedTree): Promise<void> {
    const { host, hint } = this.#parts;
    // Loaded by those alone who need it.
    const { ChokidarBackend } = await import('./backends/chokidar.js');
    const failures: NodeJS.ErrnoException[] = [];
    const chokidar = await ChokidarBackend.open({
      root: tree.root,
      ignores: (relative) => host.ignores(tree.root, relative),
      hint: (relative) => hint((hints) => addPath(hints, tree, relative)),
      failed: (error) => {
        if (this.#chokidars.has(tree)) this.#chokidarFailed(tree, error);
        else failures.push(error);
      },
    });
    this.#chokidars.set(tree, chokidar);
    // Before it was ready.
    for (const error of failures) this.#chokidarFailed(tree, error);
    this.#reconciledAt = performance.now();
    this.#reconciler.start();
  }

  /** Which of its files it does not watch any more it does not say. */
  #chokidarFailed(tree: WatchedTree, { code = '' }: NodeJS.ErrnoException): void {
    // By its name: Node's number is not that of errno(3) on Windows.
    const errno = (constants.errno as Readonly<Record<string, number | undefined>>)[code];
    if (errno === undefined || !shortages.has(errno)) {
      // Something went while it was looked at, or may not be read: a look of our own tells.
      this.#parts.hint((hints) => addAll(hints, tree));
      return;
    }
    const chokidar = this.#chokidars.get(tree);
    if (!chokidar) return;
    this.#chokidars.delete(tree);
    void chokidar.close();
    this.#poll(tree, noWatchWarning(tree.root, errno));
  }

  #poll(tree: WatchedTree, reason: Warning): void {
    this.#parts.troubles.degrade(tree.root, reason);
    this.#poller.start();
  }

  /** What callbacks did not tell of, because they were lost or held up. */
  async #reconcile(stalled: boolean): Promise<void> {
    if (!stalled && performance.now() - this.#reconciledAt < reconcileMs) return;
    await this.#look((hints) => {
      for (const tree of this.#chokidars.keys()) addAll(hints, tree);
    });
    this.#reconciledAt = performance.now();
  }

  async #look(add: (hints: Hints) => void): Promise<void> {
    this.#parts.hint(add);
    await this.#parts.settled();
  }
}

export function addAll(hints: Hints, tree: WatchedTree): void {
  if (tree.isLost) return;
  for (const directory of directoriesFrom(tree.top)) hints.addWhole(directory);
}
