import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchStatus } from '../native/batch.js';
import { type StaleItems, staleItems } from './stale-files.js';

const { EMFILE, ENFILE } = constants.errno;

const firstPauseMs = 5;
const longestPauseMs = 250;
const patienceMs = 2_000;

/**
 * Runs a batch; items that failed because the process or the system had no descriptor left (EMFILE, ENFILE) are run again,
 * by themselves, after growing pauses of 2 s in all. Descriptors come back as other work ends, so a batch does not fail
 * for our own greed; what has not come back by then is the item's failure. The same with items whose file another host is
 * replacing (ESTALE), of those that `stale` names.
 *
 * `run` gets the indexes of the items to run (null: all); `merge` gives the earlier result with those items replaced.
 */
export async function retryExhausted<R extends BatchStatus>(
  run: (indexes: readonly number[] | null, result: R | undefined) => Promise<R>,
  merge: (into: R, again: R, indexes: readonly number[]) => R,
  signal: AbortSignal | undefined,
  stale?: StaleItems,
): Promise<R> {
  let result = await run(null, undefined);
  let pauseMs = firstPauseMs;
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pauseMs) {
    const exhausted = exhaustedItems(result.status);
    const failed = stale ? staleItems(result.status) : [];
    const replaced = stale && failed.length > 0 ? await stale.among(failed) : [];
    const indexes = replaced.length > 0 ? inOrder(exhausted, replaced) : exhausted;
    if (indexes.length === 0 || signal?.aborted === true) break;
    const isAborted = await pause(pauseMs, signal);
    // Whoever was aborted is told so by `run`, and asks the server for nothing more.
    if (replaced.length > 0 && !isAborted) await stale?.refresh(replaced);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    result = merge(result, await run(indexes, result), indexes);
  }
  return result;
}

/** For a batch of one item: the second result simply replaces the first. */
export const replaceResult = <R>(_into: R, again: R): R => again;

/** The items that found no descriptor. */
export function exhaustedItems(status: Int32Array): number[] {
  const indexes: number[] = [];
  for (let index = 0; index < status.length; index++) {
    if (status[index] === EMFILE || status[index] === ENFILE) indexes.push(index);
  }
  return indexes;
}

function inOrder(one: readonly number[], other: readonly number[]): number[] {
  return [...one, ...other].sort((a, b) => a - b);
}

/** Ends early when the signal aborts: then it is true. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
    return false;
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    return true;
  }
}
