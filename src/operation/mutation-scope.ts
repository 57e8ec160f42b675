import { performance } from 'node:perf_hooks';
import { invalidArgument, thrownError } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { type Identity, identifyPaths, orderingKeys } from '../io/identify.js';
import type { NativeAddon } from '../native/addon.js';
import { withCancel } from '../native/cancel.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { RootLease } from '../policy/root-lease.js';
import type { CallTrace } from '../telemetry/call-trace.js';
import type { OperationContext } from './context.js';
import type { HeldFileLock } from './file-lock.js';
import { KeyHold } from './key-hold.js';
import type { MutationCall } from './mutation-options.js';
import { CallerFailure, run } from './run.js';
import { addonFor, type GateAccess, gateFor, inLine } from './traced.js';

/** What a call that changes files works with. */
export interface MutationScope {
  readonly context: OperationContext;
  readonly call: MutationCall;
  readonly lease: RootLease;
  /** undefined: nobody subscribes. */
  readonly trace: CallTrace | undefined;
  readonly addon: NativeAddon;
  readonly gate: GateAccess;
  /** For the addon; set when the signal aborts. */
  readonly cancel: Int32Array | null;
  /** By path: what each was when its turn came. Filled only where the context is observed. */
  readonly identities: Map<string, Identity>;
  readonly hold: KeyHold;
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
  /** Whether missing directories above the last name are another call's to make: then calls that make them come first.
   * Calls that make them themselves do not wait for each other. */
  readonly awaitsParents: boolean;
  /** Whether it moves or removes directories, so that paths mean something else: all calls before it come first, and all
   * later ones wait. */
  readonly isBarrier?: (identities: readonly Identity[]) => boolean;
}

/**
 * Runs a mutation within `run`. `work` is called before this returns, and takes its turn first. Every failure but one of
 * the caller's own code says whether the change is in place.
 */
export async function inMutationScope<T>(
  context: OperationContext,
  call: MutationCall,
  work: (scope: MutationScope) => Promise<T>,
): Promise<T> {
  let begun = false;
  const begin = async (lease: RootLease, trace: CallTrace | undefined): Promise<T> => {
    begun = true;
    trace?.changesAs(call.origin);
    try {
      const change = () =>
        withCancel(call.signal, (cancel) =>
          work({
            context,
            call,
            lease,
            trace,
            addon: addonFor(trace, context.addon),
            gate: gateFor(trace, context.gate),
            cancel,
            identities: new Map(),
            hold: new KeyHold((keys) => context.hold(keys)),
          }),
        );
      return await (call.lock ? underLock(context, call, call.lock, trace, change) : change());
    } catch (error) {
      if (error instanceof CallerFailure) throw error;
      throw uncommitted(thrownError(call.operation, error));
    }
  };
  try {
    return await run(context, call.operation, call.signal, begin);
  } catch (error) {
    // An aborted signal, a closed workspace: nothing was begun.
    throw !begun && error instanceof PlokeIoError ? uncommitted(error) : error;
  }
}

/** @throws ERR_PLOKE_LOCK_LOST; ERR_PLOKE_INVALID_ARGUMENT for a lock that allows nothing or is another workspace's */
function underLock<T>(
  context: OperationContext,
  { operation }: MutationCall,
  lock: HeldFileLock,
  trace: CallTrace | undefined,
  change: () => Promise<T>,
): Promise<T> {
  if (!lock.belongsTo(context)) {
    throw invalidArgument(operation, 'lock is a lock of another workspace. Take one with lock() of this one.', {
      argument: 'lock',
    });
  }
  if (lock.mode !== 'exclusive') {
    throw invalidArgument(operation, 'lock is shared, and a change needs an exclusive one. Take it anew.', {
      argument: 'lock',
    });
  }
  const since = performance.now();
  return lock.use(operation, () => {
    trace?.addQueueWait(since);
    return change();
  });
}

/** Runs the checks of a mutation's arguments: of a call that they refuse nothing is in place. */
export function checkedFirst<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof PlokeIoError ? uncommitted(error) : error;
  }
}

/** Takes a turn now, and gives it up when `work` has settled. */
export async function inTurn<T>(scope: MutationScope, work: (turn: Turn) => Promise<T>): Promise<T> {
  const ticket = scope.context.queue.enterMutation();
  const { context, call, lease, trace, addon, gate: permits, cancel } = scope;
  try {
    return await work({
      async admit(paths, { followLast, awaitsParents, isBarrier }) {
        const { staleFiles } = context;
        const { set, rootPaths } = lease;
        const { signal, operation } = call;
        const localDevice = paths.length === 1 ? localDeviceOf(context, lease, paths[0]?.root ?? 0) : undefined;
        const native = { addon, permits, set, rootPaths, signal, cancel, operation, staleFiles };
        const identities = await identifyPaths({ ...native, followLast, localDevice }, paths);
        if (isBarrier?.(identities)) ticket.identify('everything');
        else {
          const { keys, shared } = allKeys(paths, identities, awaitsParents);
          ticket.identify(keys, shared);
        }
        // Those that stand before it may be waiting for the very lock that this call was given. They come into the order
        // when this is over, and later calls wait for both.
        if (!call.lock) await inLine(trace, ticket.admitted(call.signal, call.operation));
        if (context.isObserved) hold(scope, paths, identities);
        return identities;
      },
    });
  } finally {
    scope.hold.end();
    ticket.leave();
  }
}

/** What is between this and the end of the turn is not somebody else's change. */
function hold(
  { identities, hold: keyHold }: MutationScope,
  paths: readonly ResolvedPath[],
  found: readonly Identity[],
): void {
  const keys: string[] = [];
  for (const [index, { path }] of paths.entries()) {
    const identity = found[index];
    if (identity?.key === undefined) continue;
    identities.set(path, identity);
    keys.push(identity.key);
  }
  keyHold.begin(keys);
}

/** The device of a root where a look at a name is a matter of microseconds; not known until the first change was made. */
export function localDeviceOf(
  { devices }: OperationContext,
  { rootIdentities }: RootLease,
  root: number,
): string | undefined {
  const identity = rootIdentities[root] ?? '';
  const device = identity.slice(0, identity.indexOf(':'));
  return devices.known(device)?.network === false ? device : undefined;
}

function allKeys(
  paths: readonly ResolvedPath[],
  identities: readonly Identity[],
  awaitsParents: boolean,
): { readonly keys: string[] | 'everything'; readonly shared: string[] } {
  const keys: string[] = [];
  const shared: string[] = [];
  for (const [index, path] of paths.entries()) {
    const identity = identities[index];
    if (!identity) continue;
    const own = orderingKeys(path, identity, false);
    const all = identity.missingParents === 0 ? own : orderingKeys(path, identity, true);
    if (own === 'everything' || all === 'everything') return { keys: 'everything', shared: [] };
    for (const key of own) keys.push(key);
    const parents = awaitsParents ? keys : shared;
    for (let place = own.length; place < all.length; place++) parents.push(all[place] ?? '');
  }
  return { keys, shared };
}

/**
 * Says of a mutation's failure that nothing of it is in place, where nobody has said otherwise. After a bug of ours nobody
 * knows.
 */
export function uncommitted(error: PlokeIoError): PlokeIoError {
  if (error.committed !== undefined) return error;
  return Object.assign(error, { committed: error.severity === 'internal' ? ('unknown' as const) : false });
}
