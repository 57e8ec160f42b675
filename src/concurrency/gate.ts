import { performance } from 'node:perf_hooks';
import { abortError, closedError, internalError, onAbort } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';

export interface GateOptions {
  /** Requests that may wait at once. Default 1,000,000; the next one is ERR_PLOKE_BUSY. */
  readonly maxQueue?: number | undefined;
  /** Called for each request that had to wait and was admitted, with the time in milliseconds. */
  readonly onWaited?: ((waitedMs: number) => void) | undefined;
}

/** Permits in hand. */
export interface GateTicket {
  /** What was granted: the count asked for, but never more than the gate has. */
  readonly count: number;
  /** Idempotent. */
  release(): void;
}

interface Waiter {
  readonly count: number;
  readonly operation: string;
  readonly since: number;
  readonly resolve: (ticket: GateTicket) => void;
  readonly reject: (error: PlokeIoError) => void;
  unsubscribe: () => void;
  previous: Waiter | undefined;
  next: Waiter | undefined;
}

/** One for all: a hundred thousand may wait. */
const noSubscription = (): void => {};

/**
 * Permits for what is scarce (open descriptors), handed out strictly in the order of the requests: a request for many is
 * not overtaken by later ones for few, so nobody starves. Acquire once, for all that a piece of work needs: two holders
 * that each ask for more while keeping theirs would wait for each other.
 */
export class Gate {
  readonly permits: number;
  readonly #maxQueue: number;
  readonly #onWaited: ((waitedMs: number) => void) | undefined;
  #first: Waiter | undefined;
  #last: Waiter | undefined;
  #inUse = 0;
  #waiting = 0;
  #closed = false;

  constructor(permits: number, options: GateOptions = {}) {
    if (!Number.isSafeInteger(permits) || permits < 1) throw internalError('gate', `a gate with ${permits} permits`);
    this.permits = permits;
    this.#maxQueue = options.maxQueue ?? 1_000_000;
    this.#onWaited = options.onWaited;
  }

  /** Permits that are out. */
  get inUse(): number {
    return this.#inUse;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** One permit, if nobody has to wait for one. */
  tryAcquire(): GateTicket | undefined {
    const isFree = !this.#closed && this.#waiting === 0 && this.#inUse < this.permits;
    return isFree ? this.#grant(1) : undefined;
  }

  /**
   * @param count clamped to 1…permits
   * @param operation what the caller of the library called, for errors
   * @throws ERR_PLOKE_BUSY when the queue is full, ABORT_ERR, ERR_PLOKE_CLOSED
   */
  acquire(count: number, signal: AbortSignal | undefined, operation: string): Promise<GateTicket> {
    const wanted = Math.min(Math.max(1, Math.trunc(count) || 1), this.permits);
    if (signal?.aborted) return Promise.reject(abortError(signal, operation));
    if (this.#closed) return Promise.reject(closedError(operation));
    if (this.#waiting === 0 && this.#inUse + wanted <= this.permits) return Promise.resolve(this.#grant(wanted));
    if (this.#waiting >= this.#maxQueue) return Promise.reject(this.#queueFull(operation));
    return new Promise((resolve, reject) => {
      const since = performance.now();
      const waiter: Waiter = {
        count: wanted,
        operation,
        since,
        resolve,
        reject,
        unsubscribe: noSubscription,
        previous: this.#last,
        next: undefined,
      };
      if (this.#last) this.#last.next = waiter;
      else this.#first = waiter;
      this.#last = waiter;
      this.#waiting++;
      if (signal) {
        waiter.unsubscribe = onAbort(signal, () => {
          this.#unlink(waiter);
          reject(abortError(signal, operation));
          // It may have been the one that the others stood behind.
          this.#admit();
        });
      }
    });
  }

  /** Runs `work` with permits in hand; they are given back when it has settled. */
  async run<T>(
    count: number,
    signal: AbortSignal | undefined,
    work: (ticket: GateTicket) => Promise<T>,
    operation: string,
  ): Promise<T> {
    const ticket = await this.acquire(count, signal, operation);
    try {
      return await work(ticket);
    } finally {
      ticket.release();
    }
  }

  /** Refuses all requests from now on, those that wait included. Permits that are out stay good. Idempotent. */
  close(): void {
    this.#closed = true;
    while (this.#first) {
      const waiter = this.#first;
      this.#unlink(waiter);
      waiter.reject(closedError(waiter.operation));
    }
  }

  #grant(count: number): GateTicket {
    this.#inUse += count;
    let held = true;
    return {
      count,
      release: () => {
        if (!held) return;
        held = false;
        this.#inUse -= count;
        this.#admit();
      },
    };
  }

  #admit(): void {
    while (this.#first && this.#inUse + this.#first.count <= this.permits) {
      const waiter = this.#first;
      this.#unlink(waiter);
      this.#onWaited?.(performance.now() - waiter.since);
      waiter.resolve(this.#grant(waiter.count));
    }
  }

  #unlink(waiter: Waiter): void {
    waiter.unsubscribe();
    if (waiter.previous) waiter.previous.next = waiter.next;
    else this.#first = waiter.next;
    if (waiter.next) waiter.next.previous = waiter.previous;
    else this.#last = waiter.previous;
    this.#waiting--;
  }

  #queueFull(operation: string): PlokeIoError {
    return new PlokeIoError({
      code: 'ERR_PLOKE_BUSY',
      message: `${this.#waiting} requests are waiting already, which is the limit`,
      action: 'Wait for earlier calls before making more, or pass many items to one call.',
      operation,
      details: { waiting: this.#waiting },
    });
  }
}
