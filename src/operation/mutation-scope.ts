import { PlokeIoError } from '../errors/ploke-io-error.js';
import { type Identity, identifyPaths, orderingKeys } from '../io/identify.js';
import { withCancel } from '../native/cancel.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { RootLease } from '../policy/root-lease.js';
import type { OperationContext } from './context.js';
import type { MutationCall } from './mutation-options.js';
import { run } from './run.js';

/** What a call that changes files works with. */
export interface MutationScope {
  readonly context: OperationContext;
  readonly call: MutationCall;
  readonly lease: RootLease;
  /** For the addon; set when the signal aborts. */
  readonly cancel: Int32Array | null;
}

/** A place in the order of mutations, taken when the call was made. */
export interface Turn {
  /**
   * Asks what each path is and waits for the mutations that were called before and concern one of them. Once a turn.
   *
   * @throws ABORT_ERR
   */
  admit(paths: readonly ResolvedPath[], order: TurnOrder): Promise<readonly Identity[]>;
}

export interface TurnOrder {
  /** Whether a link as the last name stands for its target. */
  readonly followLast: boolean;
  /** Whether missing directories above the last name are another call's to make: then calls that make them come first. */
  readonly awaitsParents: boolean;
  /** Whether it moves or removes directories, so that paths mean something else: all calls before it come first, and all
   * later ones wait. */
  readonly isBarrier?: (identities: readonly Identity[]) => boolean;
}

/** Runs a mutation within `run`. `work` is called before this returns, and takes its turn first. */
export function inMutationScope<T>(
  context: OperationContext,
  call: MutationCall,
  work: (scope: MutationScope) => Promise<T>,
): Promise<T> {
  return run(context, call.operation, call.signal, async (lease) => {
    try {
      return await withCancel(call.signal, (cancel) => work({ context, call, lease, cancel }));
    } catch (error) {
      throw error instanceof PlokeIoError ? uncommitted(error) : error;
    }
  });
}

/** Takes a turn now, and gives it up when `work` has settled. */
export async function inTurn<T>(scope: MutationScope, work: (turn: Turn) => Promise<T>): Promise<T> {
  const ticket = scope.context.queue.enterMutation();
  const { context, call, lease, cancel } = scope;
  try {
    return await work({
      async admit(paths, { followLast, awaitsParents, isBarrier }) {
        const { addon, gate: permits } = context;
        const request = { addon, permits, set: lease.set, signal: call.signal, cancel, followLast };
        const identities = await identifyPaths(request, paths);
        const keys = isBarrier?.(identities) ? 'everything' : allKeys(paths, identities, awaitsParents);
        ticket.identify(keys);
        await ticket.admitted(call.signal, call.operation);
        return identities;
      },
    });
  } finally {
    ticket.leave();
  }
}

function allKeys(
  paths: readonly ResolvedPath[],
  identities: readonly Identity[],
  awaitsParents: boolean,
): string[] | 'everything' {
  const all: string[] = [];
  for (const [index, path] of paths.entries()) {
    const identity = identities[index];
    const keys = identity ? orderingKeys(path, identity, awaitsParents) : [];
    if (keys === 'everything') return keys;
    all.push(...keys);
  }
  return all;
}

/** Says of a mutation's failure that nothing of it is in place, where nobody has said otherwise. */
export function uncommitted(error: PlokeIoError): PlokeIoError {
  return error.committed === undefined ? Object.assign(error, { committed: false }) : error;
}
