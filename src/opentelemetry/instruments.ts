import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api';
import type { OperationTrace } from '../types.js';

/** Seconds: a read from memory takes some ten microseconds, a lock is waited for ten seconds by default. */
const explicitBucketBoundaries = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];
/** Codes beyond these are one (OpenTelemetry semantic conventions, `error.type`): no error may make series without end. */
const maxErrorTypes = 100;
const otherErrorType = '_OTHER';

type Call = Pick<OperationTrace, 'operation'>;

/** What is counted of all calls. No attribute is made of a path, an origin or anything else that callers choose. */
export class Instruments {
  readonly #duration: Histogram;
  readonly #queueWait: Histogram;
  readonly #lockWait: Histogram;
  readonly #bytes: Counter;
  readonly #items: Counter;
  readonly #failedItems: Counter;
  readonly #errors: Counter;
  readonly #slow: Counter;
  readonly #contentions: Counter;
  readonly #errorTypes = new Set<string>();

  constructor(meter: Meter) {
    const histogram = (name: string, description: string): Histogram =>
      meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries } });
    const counter = (name: string, unit: string, description: string): Counter =>
      meter.createCounter(name, { description, unit });
    this.#duration = histogram('ploke.operation.duration', 'Duration of calls.');
    this.#queueWait = histogram('ploke.queue.wait.duration', 'Time that calls waited in line, of those that did.');
    this.#lockWait = histogram('ploke.lock.wait.duration', 'Time that calls waited for locks, of those that did.');
    this.#bytes = counter('ploke.operation.io', 'By', 'Content read from files and written to them.');
    this.#items = counter('ploke.operation.items', '{item}', 'Files, requests, edits and entries.');
    this.#failedItems = counter('ploke.operation.failed_items', '{item}', 'Items of batches that failed.');
    this.#errors = counter('ploke.operation.errors', '{error}', 'Calls that failed.');
    this.#slow = counter('ploke.operation.slow', '{operation}', 'Calls that took slowOperationMs or longer.');
    this.#contentions = counter('ploke.lock.contentions', '{contention}', 'Calls that waited long for a lock.');
  }

  record(told: OperationTrace): void {
    const attributes = attributesOf(told);
    const failure = this.#failureOf(told);
    this.#duration.record(told.durationMs / 1000, { ...attributes, ...failure });
    if (told.queueWaitMs > 0) this.#queueWait.record(told.queueWaitMs / 1000, attributes);
    if (told.lockWaitMs > 0) this.#lockWait.record(told.lockWaitMs / 1000, attributes);
    // Only mutations have an origin.
    const direction = { 'disk.io.direction': told.origin === null ? 'read' : 'write' };
    if (told.bytes > 0) this.#bytes.add(told.bytes, { ...attributes, ...direction });
    if (told.items > 0) this.#items.add(told.items, attributes);
    if (told.failedItems > 0) this.#failedItems.add(told.failedItems, attributes);
    if (failure) this.#errors.add(1, { ...attributes, ...failure });
  }

  countSlow(call: Call): void {
    this.#slow.add(1, attributesOf(call));
  }

  countContention(call: Call): void {
    this.#contentions.add(1, attributesOf(call));
  }

  #failureOf({ code }: OperationTrace): Attributes | undefined {
    if (code === null || code === 'OK') return undefined;
    if (this.#errorTypes.size < maxErrorTypes) this.#errorTypes.add(code);
    return { 'error.type': this.#errorTypes.has(code) ? code : otherErrorType };
  }
}

function attributesOf({ operation }: Call): Attributes {
  return { 'ploke.operation': operation };
}
