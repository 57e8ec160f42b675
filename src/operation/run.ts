import { performance } from 'node:perf_hooks';
import { throwIfAborted } from '../errors/abort.js';
import { thrownError } from '../errors/make.js';
import type { RootLease } from '../policy/root-lease.js';
import type { OperationContext } from './context.js';

/**
 * Wraps what a function of the caller's own threw (the `update` of updateFile), so that it reaches the caller as it is and
 * is not taken for a bug of ours.
 */
export class CallerFailure {
  constructor(readonly reason: unknown) {}
}

/** Texts that are made once: a call may take no longer than a few microseconds. */
const knownNames = new Map<string, { readonly call: string; readonly duration: string }>();

function metricNames(operation: string) {
  let names = knownNames.get(operation);
  if (!names) {
    names = { call: `call.${operation}`, duration: `call.${operation}.ms` };
    knownNames.set(operation, names);
  }
  return names;
}

type RunContext = Pick<OperationContext, 'lease' | 'poison' | 'metrics'>;

/**
 * The frame of every operation: refuses an aborted signal and a closed workspace, holds the roots open while `work` runs,
 * counts the call, its time and its failure, and turns anything thrown that is not a PlokeIoError into ERR_PLOKE_INTERNAL.
 *
 * `work` is called before `run` returns, so tickets that it takes first are taken in the order of the calls.
 *
 * @throws ABORT_ERR, ERR_PLOKE_CLOSED, ERR_PLOKE_INTERNAL, and what `work` throws
 */
export async function run<T>(
  context: RunContext,
  operation: string,
  signal: AbortSignal | undefined,
  work: (lease: RootLease) => T | Promise<T>,
): Promise<T> {
  const started = performance.now();
  const names = metricNames(operation);
  context.metrics.count(names.call);
  let lease: RootLease | undefined;
  try {
    throwIfAborted(signal, operation);
    lease = context.lease(operation);
    const result = work(lease);
    // What is there already is not waited for.
    return result instanceof Promise ? await result : result;
  } catch (thrown) {
    if (thrown instanceof CallerFailure) throw thrown.reason;
    const error = thrownError(operation, thrown);
    context.metrics.count(`error.${error.code}`);
    if (error.severity === 'internal') context.poison(error);
    throw error;
  } finally {
    lease?.release();
    context.metrics.observe(names.duration, performance.now() - started);
  }
}
