import type { GateTicket } from '../concurrency/gate.js';
import type { ReadTicket } from '../concurrency/path-queue.js';
import { throwIfAborted } from '../errors/make.js';
import { identifyPaths, orderingKeys } from '../io/identify.js';
import type { NativeAddon } from '../native/addon.js';
import { withCancel } from '../native/cancel.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { RootLease } from '../policy/root-lease.js';
import type { CallTrace } from '../telemetry/call-trace.js';
import type { OperationContext } from './context.js';
import { type CallPart, run } from './run.js';
import { addonFor, type GateAccess, gateFor, inLine } from './traced.js';

/** A read of more files than this waits for every earlier mutation rather than asking what each file is. */
const mostIdentified = 4_096;

/** What a call that only reads works with. */
export interface ReadScope {
  readonly context: OperationContext;
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
  readonly lease: RootLease;
  /** undefined: nobody subscribes. */
  readonly trace: CallTrace | undefined;
  readonly addon: NativeAddon;
  readonly gate: GateAccess;
  /** Whether it has mutations to wait for; see `admit`. */
  readonly isOrdered: boolean;
  /** Of `context.reads`; see `takePermit`. */
  permit: GateTicket | undefined;
  /** For the addon; set when the signal aborts. */
  readonly cancel: Int32Array | null;
  /**
   * Waits for the mutations that were called before this read and concern one of its files ('everything': any file), so
   * that the read sees them. At once where nothing is under way or the workspace reads relaxed. Once a call.
   *
   * @param followLinks whether a link as the last name stands for its target
   */
  admit(targets: readonly ResolvedPath[] | 'everything', followLinks?: boolean): Promise<void>;
}

/** What functions of io/ need of the scope. */
export function nativeSide({ context, addon, gate: permits, operation, signal, lease, cancel }: ReadScope) {
  const { staleFiles } = context;
  const { set, rootPaths } = lease;
  return { addon, permits, set, rootPaths, cancel, signal, operation, staleFiles };
}

/** Runs a read within `run`, with its place among the mutations taken before anything is awaited. */
export function inReadScope<T>(
  context: OperationContext,
  operation: string,
  signal: AbortSignal | undefined,
  work: (scope: ReadScope) => Promise<T>,
  part?: CallPart,
): Promise<T> {
  const begin = async (lease: RootLease, trace: CallTrace | undefined): Promise<T> => {
    const { options, queue } = context;
    const ticket = options.readWhileWrite === 'ordered' && queue.hasMutations ? queue.enterRead() : undefined;
    let scope: ReadScope | undefined;
    try {
      return await withCancel(signal, (cancel) => {
        const own: ReadScope = {
          context,
          operation,
          signal,
          lease,
          trace,
          addon: addonFor(trace, context.addon),
          gate: gateFor(trace, context.gate),
          isOrdered: ticket !== undefined,
          permit: undefined,
          cancel,
          admit: async (targets, followLinks = true) => {
            if (ticket) await awaitTurn(own, ticket, targets, followLinks);
          },
        };
        scope = own;
        return work(own);
      });
    } finally {
      scope?.permit?.release();
      ticket?.leave();
    }
  };
  return run(context, operation, signal, begin, part);
}

/**
 * Has a call wait here, with little in hand, while more than enough others read; for the rest of the call. Not while it
 * still has to wait for mutations: it would keep others out who have not.
 *
 * @returns undefined: it has the permit; else a promise, which may reject with ABORT_ERR
 */
export function takePermit(scope: ReadScope): Promise<void> | undefined {
  const { context, operation, signal, trace } = scope;
  const { reads } = context;
  scope.permit ??= reads.tryAcquire();
  if (scope.permit) return undefined;
  return inLine(trace, reads.acquire(1, signal, operation)).then((permit) => {
    scope.permit = permit;
  });
}

async function awaitTurn(
  scope: ReadScope,
  ticket: ReadTicket,
  targets: readonly ResolvedPath[] | 'everything',
  followLinks: boolean,
): Promise<void> {
  const tooMany = targets === 'everything' || targets.length > mostIdentified;
  ticket.identify(tooMany ? 'everything' : await keysOf(scope, targets, followLinks));
  await inLine(scope.trace, ticket.admitted(scope.signal, scope.operation));
  ticket.leave();
}

/** A path that cannot be identified (an escape, a missing root) fails in the same way when it is read. */
async function keysOf(
  scope: ReadScope,
  targets: readonly ResolvedPath[],
  followLast: boolean,
): Promise<readonly string[] | 'everything'> {
  const identities = await identifyPaths({ ...nativeSide(scope), followLast, localDevice: undefined }, targets);
  throwIfAborted(scope.signal, scope.operation);
  const found: string[] = [];
  for (const [index, target] of targets.entries()) {
    const identity = identities[index];
    // With the missing parents, so that a file is seen whose directories a call before this one makes.
    const keys = identity ? orderingKeys(target, identity, true) : [];
    if (keys === 'everything') return keys;
    for (const key of keys) found.push(key);
  }
  return found;
}
