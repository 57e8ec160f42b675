import { closedError, unlessAborted } from '../errors/make.js';
import { addAll, Backends } from './backends.js';
import { Broadcast } from './broadcast.js';
import { type Commit, type CommitListener, commits } from './commits.js';
import { DirectoryIndex } from './directory-index.js';
import type { EntryChange } from './entry-change.js';
import type { FileEventBody } from './file-event.js';
import type { Hints } from './hints.js';
import { KeepAlive } from './keep-alive.js';
import { Looks } from './looks.js';
import { Outbox } from './outbox.js';
import { OwnChanges } from './own-changes.js';
import { OwnStates } from './own-states.js';
import { Reconciler } from './reconciler.js';
import { RootTrees } from './root-trees.js';
import type { Subscription } from './subscription.js';
import { TreeEditor } from './tree-editor.js';
import { TreeReader } from './tree-reader.js';
import { UnusedWatches } from './unused-watches.js';
import { WatchTroubles } from './watch-troubles.js';
import { WatchedRoots } from './watched-roots.js';
import { settledStamp } from './watched-tree.js';
import type { WatcherHost, WatcherOptions } from './watcher-host.js';

export interface SubscribeOptions {
  readonly ignoredOrigins: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

/** A root may be moved or unmounted without any record, so that it is looked for again and again. */
const rootCheckMs = 1_000;

/**
 * Watches the roots of one workspace. Whatever says that something may have changed is a hint; what has changed is what
 * differs between the disk and an index of what subscribers were told. So nothing is told twice, and what the system did
 * not tell of is found as soon as anybody looks.
 */
export class Watcher implements CommitListener {
  readonly #host: WatcherHost;
  readonly #options: WatcherOptions;
  readonly #trees = new RootTrees();
  readonly #index = new DirectoryIndex();
  readonly #broadcast = new Broadcast();
  readonly #keepAlive = new KeepAlive();
  readonly #ownStates = new OwnStates();
  readonly #outbox: Outbox;
  readonly #looks: Looks;
  readonly #reconciler: Reconciler;
  readonly #own: OwnChanges;
  readonly #troubles: WatchTroubles;
  readonly #backends: Backends;
  readonly #roots: WatchedRoots;
  readonly #unlisten: () => void;
  readonly #rootCheck: NodeJS.Timeout;
  readonly #unused = new UnusedWatches(this.#index);
  /** Everything is to be looked at by the next look; by the one that is under way. */
  #isRescanDue = false;
  #isRescanning = false;
  #isEcho = false;
  #isClosed = false;

  constructor(host: WatcherHost, options: WatcherOptions) {
    this.#host = host;
    this.#options = options;
    const index = this.#index;
    const ignores = (root: string, relative: string) => host.ignores(root, relative);
    this.#outbox = new Outbox(this.#broadcast, options.debounceMs, () => {
      try {
        this.#looks.takeBeforeTelling();
        this.#outbox.send();
      } catch (error) {
        host.failed(error);
      }
    });
    this.#troubles = new WatchTroubles(this.#broadcast, (warning) => host.warn(warning));
    this.#looks = new Looks({
      debounceMs: options.debounceMs,
      take: (hints) => this.#take(hints),
      look: (hints) => {
        this.#isRescanning ||= this.#isRescanDue;
        this.#isRescanDue = false;
        return this.#reconciler.reconcile(hints);
      },
      ended: () => this.#lookEnded(),
      isHeld: () => commits.heldCount > 0,
      released: () => commits.released(),
      failed: (error) => host.failed(error),
    });
    this.#backends = new Backends({
      host,
      options,
      index,
      trees: this.#trees,
      troubles: this.#troubles,
      wake: () => this.#looks.wake(),
      hint: (add) => this.#looks.hint(add),
      settled: () => this.#looks.settled(),
    });
    const unwatch = (watches: readonly number[]) => this.#unused.add(watches);
    const foreign = new TreeEditor({
      index,
      unwatch,
      emit: (change) => {
        host.changed(change);
        if (!this.#isSuppressed(change)) this.#outbox.collect(change);
      },
    });
    const own = new TreeEditor({
      index,
      unwatch,
      emit: (change) => {
        host.changed(change);
        if (!(this.#isEcho && options.echo === 'suppress')) this.#outbox.sendNow(change);
      },
    });
    this.#reconciler = new Reconciler({
      reader: new TreeReader(host),
      index,
      commits,
      editor: foreign,
      ignores,
      originOf: (stamp) => this.#ownStates.expected(stamp)?.origin ?? null,
      unwatch,
      sharesOrigins: host.sharesOrigins,
      isOwnState: (key, stamp) => this.#ownStates.is(key, stamp),
      ownHashOf: (key, stamp) => this.#ownStates.hashOf(key, stamp),
      watchOf: (directory) => this.#backends.watchOf(directory),
      listed: (directory, trouble) => this.#backends.listed(directory, trouble),
      rootMissing: () => void this.#checkRoots(),
    });
    this.#own = new OwnChanges({
      index,
      foreign,
      own,
      ignores,
      unplaced: ({ stamp, origin }) => {
        if (stamp !== '') this.#ownStates.expect(settledStamp(stamp), origin, this.#isEcho);
      },
      treeOf: (path) => this.#trees.treeOf(path),
      look: (directory) => this.#looks.hint((hints) => hints.addWhole(directory)),
      lookAt: ({ parent, name }) => this.#looks.hint((hints) => hints.addName(parent, name)),
    });
    this.#roots = new WatchedRoots({
      host,
      trees: this.#trees,
      backends: this.#backends,
      troubles: this.#troubles,
      reconciler: this.#reconciler,
      looks: this.#looks,
      commits,
      editor: foreign,
      collect: (change) => {
        host.changed(change);
        this.#outbox.collect(change);
      },
      publish: (body) => this.#publish(body),
    });
    this.#unlisten = commits.listen(this);
    this.#rootCheck = setInterval(() => void this.#checkRoots(), rootCheckMs).unref();
  }

  subscribe({ ignoredOrigins, signal }: SubscribeOptions): Subscription {
    const { queueCapacity: capacity, overflow } = this.#options;
    const subscription = this.#broadcast.subscribe({
      capacity,
      overflow,
      ignoredOrigins,
      signal,
      view: this.#trees,
      publishPending: () => this.#outbox.send(),
      keepAlive: this.#keepAlive,
    });
    // What was degraded before it came.
    for (const { root, reason } of this.#troubles) {
      subscription.push({ type: 'degraded', root, reason, ...this.#broadcast.number() });
    }
    return subscription;
  }

  /** Resolves when what changed before the call is in the queues. */
  async flush(signal: AbortSignal | undefined): Promise<void> {
    this.#looks.hint((hints) => this.#backends.addUntold(hints));
    const settled = this.#looks.settled().then(() => {
      if (this.#isClosed) throw closedError('flushEvents');
      this.#outbox.send();
    });
    await unlessAborted(settled, signal, 'flushEvents');
  }

  /**
   * Watches the roots that the workspace has now. Resolves when everything below them is known: from then on every change
   * is told. What is new is told of only where it was watched before, under another root.
   */
  rootsChanged(): Promise<void> {
    return this.#looks.exclusively(() => this.#roots.change());
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unlisten();
    clearInterval(this.#rootCheck);
    await this.#looks.close();
    this.#outbox.send();
    this.#broadcast.end();
    this.#keepAlive.end();
    await this.#backends.close();
  }

  held(keys: readonly string[]): void {
    this.#reconciler.touched(keys);
  }

  released(keys: readonly string[]): void {
    this.#reconciler.touched(keys);
    this.#looks.resume();
  }

  committed(commit: Commit, source: object): void {
    this.#isEcho = source === this.#host.source;
    this.#rememberState(commit);
    this.#own.apply(commit);
    this.#roots.committed(commit);
    if (!this.#reconciler.isLooking) this.#backends.unwatch(this.#unused.take());
  }

  #rememberState({ outcome, key, fromKey, stamp, hash }: Commit): void {
    if (stamp !== '') this.#ownStates.remember(key, settledStamp(stamp), hash);
    else if (outcome === 'removed') this.#ownStates.forget(key);
    if (fromKey !== undefined) this.#ownStates.forget(fromKey);
  }

  /** Found by a look, since nobody knew where it was when the call told of it. */
  #isSuppressed(change: EntryChange): boolean {
    if (this.#options.echo !== 'suppress' || change.type === 'remove') return false;
    return this.#ownStates.expected(settledStamp(change.stamp))?.isEcho === true;
  }

  #take(hints: Hints): void {
    if (this.#isClosed) return;
    const { overflow, rootChanged, error } = this.#backends.take(hints, this.#reconciler.isLooking);
    if (rootChanged) void this.#checkRoots();
    if (!overflow && error === 0) return;
    for (const tree of this.#backends.nativeTrees) addAll(hints, tree);
    if (error !== 0) this.#backends.nativeFailed(error);
    this.#host.count('watch.overflows');
    // What is known by then comes before it.
    this.#publish({ type: 'overflow', source: 'kernel', dropped: null });
    this.#isRescanDue = true;
  }

  #lookEnded(): void {
    this.#backends.unwatch(this.#unused.take());
    if (this.#isRescanning) {
      this.#isRescanning = false;
      this.#publish({ type: 'rescanned' });
    } else this.#outbox.lookEnded();
  }

  async #checkRoots(): Promise<void> {
    if (!this.#isClosed) await this.#roots.check();
  }

  #publish(body: FileEventBody): void {
    this.#outbox.send();
    this.#broadcast.publish(body);
  }
}
