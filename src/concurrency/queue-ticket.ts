import { abortError, internalError, onAbort } from '../errors/make.js';
import type { PlokeIoError } from '../errors/ploke-io-error.js';

/** Keys of `identifyBatch`, or all there are. */
export type QueueKeys = readonly string[] | 'everything';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: PlokeIoError) => void;
  unsubscribe: () => void;
}

/**
 * A place in the line of a PathQueue, and what it waits for. It is over when it was left and everything that it waited
 * for is over; so whoever waits for it never overtakes what stood before it.
 */
export class QueueTicket {
  keys: QueueKeys | undefined;
  /** Of a mutation: keys that others may hold with it. */
  sharedKeys: readonly string[] = [];
  left = false;
  sequenced = false;
  /** Tickets that have to be over first. */
  pending = 0;

  /** The line of tickets that are not sequenced. */
  nextInLine: QueueTicket | undefined;
  /** Mutations that are sequenced and not over. */
  olderActive: QueueTicket | undefined;
  newerActive: QueueTicket | undefined;
  /** Of a mutation: the one before it, for each of its keys that had one. */
  previousOfKey: Map<string, QueueTicket> | undefined;

  /** Of a read: all earlier mutations are identified. */
  reached = false;
  /** Of a read: the last barrier before it. */
  barrier: QueueTicket | undefined;

  #dependents: QueueTicket[] = [];
  #over = false;
  #waiters: Set<Waiter> | undefined;

  constructor(
    readonly kind: 'mutation' | 'read',
    readonly sequence: number,
  ) {}

  waitFor(earlier: QueueTicket | undefined): void {
    if (!earlier || earlier.#over) return;
    this.pending++;
    earlier.#dependents.push(this);
  }

  markSequenced(): void {
    this.sequenced = true;
    this.#admitIfDue();
  }

  /** One of those that it waited for is over. True when it is over itself, having been left before. */
  settleOne(): boolean {
    this.pending--;
    this.#admitIfDue();
    return this.pending === 0 && this.left;
  }

  /** Marks it as over and hands over those that waited for it. */
  takeDependents(): readonly QueueTicket[] {
    this.#over = true;
    const dependents = this.#dependents;
    this.#dependents = [];
    return dependents;
  }

  admitted(signal: AbortSignal | undefined, operation = 'admitted'): Promise<void> {
    if (this.left) return Promise.reject(internalError(operation, 'a ticket waits that was left'));
    if (signal?.aborted) return Promise.reject(abortError(signal, operation));
    if (this.#isDue) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { resolve, reject, unsubscribe: () => {} };
      this.#waiters ??= new Set();
      this.#waiters.add(waiter);
      if (!signal) return;
      waiter.unsubscribe = onAbort(signal, () => {
        this.#waiters?.delete(waiter);
        reject(abortError(signal, operation));
      });
    });
  }

  leave(): void {
    this.left = true;
    for (const waiter of this.#takeWaiters()) {
      waiter.reject(internalError('admitted', 'a ticket was left while it was waited for'));
    }
  }

  get #isDue(): boolean {
    return this.sequenced && this.pending === 0;
  }

  #admitIfDue(): void {
    if (!this.#isDue || this.left) return;
    for (const waiter of this.#takeWaiters()) waiter.resolve();
  }

  #takeWaiters(): Iterable<Waiter> {
    const waiters = this.#waiters ?? [];
    this.#waiters = undefined;
    for (const waiter of waiters) waiter.unsubscribe();
    return waiters;
  }
}
