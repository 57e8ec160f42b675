import { performance } from 'node:perf_hooks';
import { throwIfAborted } from '../errors/abort.js';
import { thrownError } from '../errors/make.js';
import type { RootLease } from '../policy/root-lease.js';
import { type CallTrace, type TraceSite, traceOf } from '../telemetry/call-trace.js';
import { type OperationChannel, operationChannel } from '../telemetry/channels.js';
import type { OperationContext } from './context.js';

/**
 * Wraps what a function of the caller's own threw (the `update` of updateFile), so that it reaches the caller as it is and
 * is not taken for a bug of ours.
 */
export class CallerFailure {
  constructor(readonly reason: unknown) {}
}

/** What is made once for each operation: a call may take no longer than a few microseconds. */
interface OperationFacts {
  readonly call: string;
  readonly duration: string;
  readonly channel: OperationChannel;
}

const knownFacts = new Map<string, OperationFacts>();

function factsOf(operation: string): OperationFacts {
  let facts = knownFacts.get(operation);
  if (!facts) {
    const channel = operationChannel(operation);
    facts = { call: `call.${operation}`, duration: `call.${operation}.ms`, channel };
    knownFacts.set(operation, facts);
  }
  return facts;
}

type RunContext = Pick<OperationContext, 'lease' | 'poison' | 'metrics' | 'redactor'> & TraceSite;

export type Work<T> = (lease: RootLease, trace: CallTrace | undefined) => T | Promise<T>;

/** A part of a call that is traced as a whole, by whoever runs its parts. */
export interface CallPart {
  readonly trace: CallTrace | undefined;
}

/**
 * The frame of every operation: refuses an aborted signal and a closed workspace, holds the roots open while `work` runs,
 * counts the call, its time and its failure, traces it where somebody subscribes, and turns anything thrown that is not a
 * PlokeIoError into ERR_PLOKE_INTERNAL.
 *
 * `work` is called before `run` returns, so tickets that it takes first are taken in the order of the calls.
 *
 * @throws ABORT_ERR, ERR_PLOKE_CLOSED, ERR_PLOKE_INTERNAL, and what `work` throws
 */
export function run<T>(
  context: RunContext,
  operation: string,
  signal: AbortSignal | undefined,
  work: Work<T>,
  part?: CallPart,
): Promise<T> {
  const facts = factsOf(operation);
  if (part) return runTraced(context, operation, facts, signal, work, part.trace);
  const trace = traceOf(context, operation, facts.channel);
  if (!trace) return runTraced(context, operation, facts, signal, work, undefined);
  return trace.follow(() => runTraced(context, operation, facts, signal, work, trace));
}

async function runTraced<T>(
  context: RunContext,
  operation: string,
  facts: OperationFacts,
  signal: AbortSignal | undefined,
  work: Work<T>,
  trace: CallTrace | undefined,
): Promise<T> {
  const started = performance.now();
  context.metrics.count(facts.call);
  let lease: RootLease | undefined;
  try {
    throwIfAborted(signal, operation);
    lease = context.lease(operation);
    const result = work(lease, trace);
    // What is there already is not waited for.
    return result instanceof Promise ? await result : result;
  } catch (thrown) {
    if (thrown instanceof CallerFailure) {
      context.redactor.leave(thrown.reason);
      throw thrown.reason;
    }
    const error = thrownError(operation, thrown);
    context.metrics.count(`error.${error.code}`);
    if (error.severity === 'internal') context.poison(error);
    throw error;
  } finally {
    lease?.release();
    const durationMs = performance.now() - started;
    context.metrics.observe(facts.duration, durationMs);
    if (durationMs >= context.options.slowOperationMs) {
      context.metrics.count('operation.slow');
      trace?.markSlow();
    }
  }
}
