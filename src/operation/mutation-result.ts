import { constants } from 'node:os';
import { abortError } from '../errors/make.js';
import type { PlokeIoError } from '../errors/ploke-io-error.js';
import type { FileSystemKind } from '../io/file-system-kind.js';
import { deviceOf, type Identity } from '../io/identify.js';
import { type Achieved, nothingDone, type ReceiptFacts, receiptOf, warningsOf } from '../io/receipt.js';
import { directoryOf } from '../io/write-plan.js';
import { failureFrom } from '../native/failure.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { MutationResult, Warning } from '../types.js';
import type { CommittedChange } from './context.js';
import { entryType } from './entry-type.js';
import type { MutationScope } from './mutation-scope.js';

const { ECANCELED } = constants.errno;

/** What changed, apart from the call that changed it. */
export type ChangeFacts = Pick<CommittedChange, 'outcome' | 'path' | 'from' | 'hash'> &
  Partial<Pick<CommittedChange, 'stamp' | 'replacedStamp' | 'entryType'>>;

/** Tells the workspace of a change that is in place. */
export function announce({ context, call, identities }: MutationScope, change: ChangeFacts): void {
  const identity = identities.get(change.path);
  const source = change.from === undefined ? undefined : identities.get(change.from);
  context.onCommitted({
    operation: call.operation,
    origin: call.origin,
    // What was moved is what was found under its old name.
    entryType: entryType((source ?? identity)?.type),
    stamp: '',
    replacedStamp: undefined,
    key: identity?.key,
    fromKey: source?.key,
    ...change,
  });
}

/** The result of a change of names, and its announcement. */
export function mutationResult(
  scope: MutationScope,
  change: ChangeFacts,
  achieved: Achieved & { readonly recovered?: readonly Warning[] },
  facts: ReceiptFacts,
): MutationResult {
  announce(scope, change);
  return {
    path: change.path,
    origin: scope.call.origin,
    outcome: change.outcome,
    receipt: receiptOf(achieved, facts),
    warnings: [...warningsOf(achieved.flags, change.path), ...(achieved.recovered ?? [])],
  };
}

/** Nothing was to be done. */
export function unchangedResult({ call }: MutationScope, path: string): MutationResult {
  return { path, origin: call.origin, outcome: 'unchanged', receipt: nothingDone, warnings: [] };
}

/** The error for an item's `status` (not 0), `syscall` and `detail` as the addon answered. */
export function changeFailure(
  { context, call }: MutationScope,
  path: string,
  { status, syscall, detail }: { readonly status: number; readonly syscall: number; readonly detail: number },
): PlokeIoError {
  if (status === ECANCELED && call.signal?.aborted) return abortError(call.signal, call.operation, path);
  return failureFrom(context.addon, status, syscall, { operation: call.operation, path, detail });
}

/**
 * Of the directory that holds the name; undefined where nobody asks, or where it cannot be told. It never fails: the change
 * is made, and what its sync was worth is not the change.
 */
export async function fileSystemOf(
  { context, call, lease, gate }: MutationScope,
  path: ResolvedPath,
  identity: Identity | undefined,
): Promise<FileSystemKind | undefined> {
  const device = identity && deviceOf(identity);
  if (!device || (call.durability === 'none' && context.options.locking === 'process')) return undefined;
  // Without the signal: the change is made, and its result is owed.
  const look = () => context.devices.kindOf(device, lease.set, directoryOf(path));
  return gate.run(1, undefined, look, call.operation).catch(() => undefined);
}
