import { throwIfAborted } from '../errors/make.js';
import type { PlokeIoError } from '../errors/ploke-io-error.js';
import { Pace } from '../io/pace.js';
import type { ReplaceOutcome } from '../io/replacement.js';
import { checkData } from '../policy/arguments.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { Settled, WriteResult } from '../types.js';
import { resolveFile } from './mutation-options.js';
import { type MutationScope, uncommitted } from './mutation-scope.js';
import { asPlokeIoError, type Rejected, rejected } from './settled.js';
import { type WrittenItem, writeResult } from './write-result.js';

/** The items of a batch that passed their checks, with their places in it. */
export interface BatchItems<T> {
  readonly indexes: readonly number[];
  readonly items: readonly T[];
}

/**
 * Checks each item of a batch; what is wrong with one is its result. `read` is called for all of them before this returns:
 * the caller may change his objects and buffers afterwards. `check` makes of that what the call works with, in turns of the
 * event loop, `bytesOf` telling what it costs.
 *
 * @throws ABORT_ERR between two turns
 */
export async function checkItems<Given, T, R>(
  { call: { signal, operation } }: MutationScope,
  values: readonly unknown[],
  results: Settled<R>[],
  steps: {
    readonly read: (index: number, value: unknown) => Given;
    readonly bytesOf: (given: Given) => number;
    readonly check: (index: number, given: Given) => T;
  },
): Promise<BatchItems<T>> {
  const given = new Map<number, Given>();
  for (const [index, value] of values.entries()) {
    try {
      given.set(index, steps.read(index, value));
    } catch (error) {
      results[index] = rejectedItem(error, operation);
    }
  }
  const indexes: number[] = [];
  const items: T[] = [];
  const pace = new Pace();
  for (const [index, item] of given) {
    if (pace.isDue(steps.bytesOf(item))) {
      await pace.rest();
      throwIfAborted(signal, operation);
    }
    try {
      items.push(steps.check(index, item));
      indexes.push(index);
    } catch (error) {
      results[index] = rejectedItem(error, operation);
    }
    // Its text is encoded now: both at once would be twice the memory.
    given.delete(index);
  }
  return { indexes, items };
}

/** The results of written items, each announced; a bug of ours is thrown when the others are told. */
export function settleItems<T extends WrittenItem>(
  scope: MutationScope,
  { indexes, items }: BatchItems<T>,
  outcomes: readonly ReplaceOutcome[],
  results: Settled<WriteResult>[],
): void {
  let bug: PlokeIoError | undefined;
  for (const [position, item] of items.entries()) {
    const index = indexes[position] ?? 0;
    try {
      results[index] = { status: 'fulfilled', value: writeResult(scope, item, outcomes[position]) };
    } catch (error) {
      const reason = asPlokeIoError(error, scope.call.operation);
      if (reason.severity === 'internal') bug ??= reason;
      results[index] = { status: 'rejected', reason };
    }
  }
  if (bug) throw bug;
}

function rejectedItem(error: unknown, operation: string): Rejected {
  const { status, reason } = rejected(error, operation);
  return { status, reason: uncommitted(asPlokeIoError(reason, operation)) };
}

/** What a caller gave as a path, safe from his later changes: a text cannot change, anything else is resolved at once. */
export function readPath({ lease, call }: MutationScope, given: unknown): string | ResolvedPath {
  return typeof given === 'string' ? given : resolveFile(lease, given, call.operation);
}

/** The path of a file from `readPath`. */
export function filePath({ lease, call }: MutationScope, read: string | ResolvedPath): ResolvedPath {
  return typeof read === 'string' ? resolveFile(lease, read, call.operation) : read;
}

/** What a caller gave as content, safe from his later changes: bytes are copied at once, a text is encoded later. */
export function readData(operation: string, member: string, given: unknown): string | Uint8Array {
  return typeof given === 'string' ? given : checkData(operation, member, given);
}

/** The bytes of a content from `readData`. */
export function dataBytes(operation: string, member: string, read: string | Uint8Array): Uint8Array {
  return typeof read === 'string' ? checkData(operation, member, read) : read;
}

/** What encoding a content costs; bytes cost nothing any more. */
export function encodingBytes(read: string | Uint8Array): number {
  return typeof read === 'string' ? read.length : 0;
}
