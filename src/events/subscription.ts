import { abortError, onAbort } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { FileEvent, FileEvents } from '../types.js';
import { Fifo } from './fifo.js';
import { type ChangeEvent, isChangeEvent } from './file-event.js';
import { MissedChanges } from './missed-changes.js';
import { SubscriptionQueue } from './subscription-queue.js';
import type { TreeView } from './tree-view.js';

export interface SubscriptionOptions {
  /** Changes that wait at most. */
  readonly capacity: number;
  readonly overflow: 'drop-oldest' | 'drop-newest' | 'fail';
  readonly ignoredOrigins: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
  /** What all published events have led to. */
  readonly view: TreeView;
  /** Publishes what `view` shows already and no event has told of yet. */
  readonly publishPending?: (() => void) | undefined;
  /** For events that only this subscriber gets. */
  readonly number: () => { readonly sequence: number; readonly at: number };
  /** Called once, when it takes no more events. */
  readonly onClosed: (subscription: Subscription) => void;
  /** Held while a `next()` waits. */
  readonly keepAlive: { hold(): void; release(): void };
}

type Result = IteratorResult<FileEvent, undefined>;

interface Waiter {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: PlokeIoError) => void;
}

/**
 * The events of one subscriber. `push` only queues, or settles a promise, so that nobody waits for a consumer.
 *
 * Changes with an ignored origin are passed over, and are not missed when others are: what is told again may still be about
 * such a path, as an update without an origin.
 */
export class Subscription implements FileEvents {
  readonly #options: SubscriptionOptions;
  readonly #queue: SubscriptionQueue;
  readonly #missed = new MissedChanges();
  /** What is told of missed changes, before everything in the queue. */
  readonly #catchUp = new Fifo<FileEvent>();
  /** Calls of `next()` that found nothing. While there are any, nothing is queued, nor missed. */
  readonly #waiters = new Fifo<Waiter>();
  /** Whether changes were lost since the last `rescanned`. */
  #isBehind = false;
  #dropped = 0;
  #isClosed = false;
  /** What the next `next()` rejects with when nothing is queued any more. */
  #failure: PlokeIoError | undefined;
  #unsubscribe: () => void = () => {};

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#queue = new SubscriptionQueue(options.capacity);
    const { signal } = options;
    if (!signal) return;
    const unsubscribe = onAbort(signal, () => this.#stop(abortError(signal, 'events')));
    if (!signal.aborted) this.#unsubscribe = unsubscribe;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Whether it takes no more events. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Never throws. */
  push(event: FileEvent): void {
    if (this.#isClosed) return;
    if (!isChangeEvent(event)) this.#enqueue(event);
    else if (event.origin === null || !this.#options.ignoredOrigins.has(event.origin)) this.#pushChange(event);
  }

  next(): Promise<Result> {
    const event = this.#take();
    if (event) return Promise.resolve({ done: false, value: event });
    const failure = this.#failure;
    this.#failure = undefined;
    if (this.#isClosed) this.#unsubscribe();
    if (failure) return Promise.reject(failure);
    if (this.#isClosed) return Promise.resolve({ done: true, value: undefined });
    if (this.#waiters.size === 0) this.#options.keepAlive.hold();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  return(): Promise<Result> {
    this.#stop(undefined);
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Takes no more events; what is queued may still be taken. What was missed is not told any more. */
  end(): void {
    this.#isBehind = false;
    if (this.#catchUp.size === 0 && this.#queue.isEmpty) this.#unsubscribe();
    this.#close();
  }

  #pushChange(event: ChangeEvent): void {
    const { overflow, capacity } = this.#options;
    if (!this.#queue.isFull || this.#waiters.size > 0) {
      // Those that are queued before the first one that is dropped come before it: of them MissedChanges need not know.
      if (overflow === 'drop-newest') this.#told(event);
      this.#enqueue(event);
      return;
    }
    this.#dropped++;
    if (overflow === 'fail') {
      this.#failure = overflowError(capacity);
      this.#close();
      return;
    }
    this.#isBehind = true;
    if (overflow === 'drop-newest') {
      this.#queue.dropNewest(event);
      this.#missed.add(event);
      return;
    }
    const oldest = this.#queue.dropOldest();
    if (oldest) this.#missed.add(oldest);
    this.#enqueue(event);
  }

  #enqueue(event: FileEvent): void {
    const waiter = this.#waiters.shift();
    if (!waiter) {
      this.#queue.push(event);
      return;
    }
    if (this.#waiters.size === 0) this.#options.keepAlive.release();
    waiter.resolve({ done: false, value: event });
  }

  #take(): FileEvent | undefined {
    return this.#catchUp.shift() ?? this.#takeQueued() ?? (this.#isBehind ? this.#takeMissed() : undefined);
  }

  #takeQueued(): FileEvent | undefined {
    const event = this.#queue.shift();
    // Of the oldest, whether they are dropped shows only when they are taken.
    if (event && isChangeEvent(event) && this.#options.overflow === 'drop-oldest') this.#told(event);
    return event;
  }

  #told(event: ChangeEvent): void {
    if (this.#isBehind) this.#missed.delivered(event);
  }

  /** When the queue is empty, the subscriber has been told of all that led to what the view shows, but for what it missed. */
  #takeMissed(): FileEvent | undefined {
    const { publishPending, view, number } = this.#options;
    publishPending?.();
    const published = this.#takeQueued();
    if (published) return published;
    while (this.#missed.size > 0) {
      for (const body of this.#missed.next(view)) this.#catchUp.push({ ...body, ...number() });
      const first = this.#catchUp.shift();
      if (first) return first;
    }
    this.#isBehind = false;
    return { type: 'rescanned', ...number() };
  }

  /** Ends the iteration, with an error or without; what was queued is gone. */
  #stop(failure: PlokeIoError | undefined): void {
    this.#unsubscribe();
    this.#queue.clear();
    this.#catchUp.clear();
    this.#isBehind = false;
    this.#failure = failure;
    this.#close();
  }

  #close(): void {
    if (this.#waiters.size > 0) this.#options.keepAlive.release();
    for (let waiter = this.#waiters.shift(); waiter; waiter = this.#waiters.shift()) {
      const failure = this.#failure;
      this.#failure = undefined;
      if (failure) waiter.reject(failure);
      else waiter.resolve({ done: true, value: undefined });
    }
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.onClosed(this);
  }
}

function overflowError(capacity: number): PlokeIoError {
  return new PlokeIoError({
    code: 'ERR_PLOKE_EVENT_OVERFLOW',
    message: `More than ${capacity} changes were waiting to be taken`,
    operation: 'events',
    details: { capacity, option: 'watch.queueCapacity' },
  });
}
