import type { Channel } from 'node:diagnostics_channel';
import { performance } from 'node:perf_hooks';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { Redactor } from '../errors/redactor.js';
import type { LockContention, LockHolder, OperationTrace } from '../types.js';
import { isSubscribed, lockContentions, type OperationChannel, operationChannel, slowOperations } from './channels.js';

/** A lock that was waited for at least so long is told of as contended. */
export const lockContentionMs = 100;
/** The result code of a call that ended with what a function of the caller's threw. */
const callerFailureCode = 'CALLER_FAILURE';

/** What a trace needs to know of the workspace. */
export interface TraceSite {
  readonly options: { readonly origin: string; readonly slowOperationMs: number };
  readonly redactor: Pick<Redactor, 'path' | 'reason' | 'details'>;
}

/** How a call waited for one lock. */
export interface LockWait {
  readonly path: string;
  readonly waitedMs: number;
  readonly acquired: boolean;
  readonly holders: readonly LockHolder[];
}

type Recorded = { -readonly [Member in keyof OperationTrace]: OperationTrace[Member] };

/**
 * What is told of one call: one object for those who subscribe to its channel, which is filled while the call runs. There is
 * none where nobody subscribes; so whoever has something to tell asks whether there is one, and pays nothing else.
 */
export class CallTrace {
  readonly #site: TraceSite;
  readonly #channel: OperationChannel;
  readonly #startedMs = performance.now();
  readonly #record: Recorded;
  /** What subscribers are given. They may freeze it: what is recorded later is lost to them then, and nothing else. */
  readonly #told: Recorded;
  #isSlow = false;
  #isSettled = false;
  #longestWait: LockWait | undefined;

  constructor(site: TraceSite, operation: string, channel: OperationChannel) {
    this.#site = site;
    this.#channel = channel;
    this.#record = {
      operation,
      path: null,
      items: 1,
      failedItems: 0,
      bytes: 0,
      queueWaitMs: 0,
      lockWaitMs: 0,
      nativeMs: 0,
      durationMs: 0,
      code: null,
      origin: null,
      workspaceOrigin: site.options.origin,
    };
    this.#told = { ...this.#record };
  }

  /** The one path that the call is about. */
  about(path: string): void {
    this.#record.path = this.#site.redactor.path(path);
  }

  changesAs(origin: string): void {
    this.#record.origin = origin;
  }

  setItems(items: number, failed = 0): void {
    this.#record.items = items;
    this.#record.failedItems = failed;
  }

  addBytes(bytes: number): void {
    this.#record.bytes += bytes;
  }

  addQueueWait(sinceMs: number): void {
    this.#record.queueWaitMs += performance.now() - sinceMs;
  }

  addNative(sinceMs: number): void {
    this.#record.nativeMs += performance.now() - sinceMs;
  }

  addLockWait(wait: LockWait): void {
    this.#record.lockWaitMs += wait.waitedMs;
    if (wait.waitedMs >= lockContentionMs && wait.waitedMs > (this.#longestWait?.waitedMs ?? 0)) {
      this.#longestWait = wait;
    }
  }

  /** The call's own work has taken `slowOperationMs`; what its caller does between two parts of it does not count. */
  markSlow(): void {
    this.#isSlow = true;
  }

  /** Traces a call that is `work` and nothing else. */
  follow<T>(work: () => Promise<T>): Promise<T> {
    const { start, end } = this.#channel;
    const result = start.runStores(this.#told, () => {
      const promise = work();
      this.#tell(end);
      return promise;
    });
    return result.then(
      (value) => {
        if (Array.isArray(value)) this.#record.failedItems = value.filter(isRejected).length;
        this.succeed();
        return value;
      },
      (error: unknown) => {
        this.fail(error);
        throw error;
      },
    );
  }

  /** Of a call in parts, between which its caller does what he likes (a listing, a stream): before the first. */
  open(): void {
    this.#tell(this.#channel.start);
    this.#tell(this.#channel.end);
  }

  /** After the last, as `fail`. Of both only the first call counts. */
  succeed(): void {
    this.#settle('OK');
  }

  fail(error: unknown): void {
    if (!this.#isSettled) this.#record.error = this.#site.redactor.reason(error);
    this.#settle(error instanceof PlokeIoError ? error.code : callerFailureCode);
  }

  #settle(code: string): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    const { error, asyncStart, asyncEnd } = this.#channel;
    this.#record.code = code;
    this.#record.durationMs = performance.now() - this.#startedMs;
    if (code !== 'OK') this.#tell(error);
    this.#tell(asyncStart);
    this.#tell(asyncEnd);
    if (this.#isSlow) this.#tell(slowOperations);
    if (this.#longestWait) lockContentions.publish(this.#contention(this.#longestWait));
  }

  #tell(channel: Channel): void {
    try {
      Object.assign(this.#told, this.#record);
    } catch {
      // Frozen by a subscriber.
    }
    channel.publish(this.#told);
  }

  #contention({ path, waitedMs, acquired, holders }: LockWait): LockContention {
    const { operation, origin, workspaceOrigin } = this.#record;
    const { redactor } = this.#site;
    const told = { path: redactor.path(path), holders: redactor.details(holders) };
    return { operation, ...told, waitedMs, acquired, origin, workspaceOrigin };
  }
}

/** @returns undefined where nobody would be told */
export function traceOf(
  site: TraceSite,
  operation: string,
  channel: OperationChannel = operationChannel(operation),
): CallTrace | undefined {
  const isTold = isSubscribed(channel) || slowOperations.hasSubscribers || lockContentions.hasSubscribers;
  return isTold ? new CallTrace(site, operation, channel) : undefined;
}

/** Traces a call that does not run in the frame of the operations. */
export async function traced<T>(
  site: TraceSite,
  operation: string,
  work: (trace: CallTrace | undefined) => Promise<T>,
): Promise<T> {
  const trace = traceOf(site, operation);
  if (!trace) return work(undefined);
  return trace.follow(async () => {
    const began = performance.now();
    try {
      return await work(trace);
    } finally {
      if (performance.now() - began >= site.options.slowOperationMs) trace.markSlow();
    }
  });
}

/** An item of a batch that failed; entries of a listing have no status. */
function isRejected(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'status' in item && item.status === 'rejected';
}
