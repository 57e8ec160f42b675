import { abortError } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { packPaths } from '../io/path-batch.js';
import type { Replacement, ReplaceOutcome } from '../io/replacement.js';
import { planGroups, planRounds, type WriteGroup } from '../io/write-plan.js';
import { STAT_WIDTH } from '../native/look-batches.js';
import type { Warning } from '../types.js';
import { LockWaits } from './lock-waits.js';
import type { MutationScope } from './mutation-scope.js';
import {
  attemptGroup,
  failedOutcome,
  failureOf,
  isLocking,
  type ReplaceFilesOptions,
  replaceFirst,
} from './replace-attempt.js';

/** How often a name may turn into something else between the look and the rename, before that is the answer. */
const defaultAttempts = 8;
const statsPerCall = 256;

/**
 * Replaces many files: rounds where one file is meant several times, groups that share their syncs and fit the permits.
 * An item whose target changed between the look and the rename decides anew, `maxAttempts` times; one that found no
 * descriptor waits, up to two seconds. Gives one outcome for each item, in order.
 *
 * What fails a group as a whole (no permit to be had) fails those of its items that were not decided before.
 *
 * @throws ABORT_ERR when the signal aborts before anything was committed; afterwards the items not begun are `aborted`
 */
export async function replaceFiles(
  scope: MutationScope,
  items: readonly Replacement[],
  options: ReplaceFilesOptions,
): Promise<readonly ReplaceOutcome[]> {
  const { signal, operation } = scope.call;
  const first = await replaceFirst(scope, items, options);
  const isSettled = first?.status === 'failed' || first?.status === 'committed';
  if (isSettled && !first.recovered?.length) return [first];
  const outcomes: ReplaceOutcome[] = items.map(() => ({ status: 'aborted' }));
  for (const round of planRounds(items)) {
    const byteLengths = options.read === 'contents' ? await byteLengthsOf(scope, items, round) : undefined;
    for (const group of planGroups(items, round, scope.context.gate.permits, {
      byteLengths,
      locked: isLocking(options),
    })) {
      if (!signal?.aborted) await replaceUntilSettled(scope, items, group, options, outcomes, first);
      if (signal?.aborted && !outcomes.some(isInPlace)) throw abortError(signal, operation);
    }
  }
  return outcomes;
}

const isInPlace = ({ status }: ReplaceOutcome): boolean => status === 'committed' || status === 'removed';

/** Before the round, so that its groups can be cut; what cannot be told counts as empty, and fails when it is opened. */
async function byteLengthsOf(
  { call, lease, addon, gate, cancel }: MutationScope,
  items: readonly Replacement[],
  round: readonly number[],
): Promise<ReadonlyMap<number, number> | undefined> {
  if (round.length < 2) return undefined;
  const byteLengths = new Map<number, number>();
  for (let start = 0; start < round.length && !call.signal?.aborted; start += statsPerCall) {
    const indexes = round.slice(start, start + statsPerCall);
    const paths = indexes.flatMap((index) => items[index]?.path ?? []);
    const stat = () => addon.statBatch({ ...packPaths(lease.set, paths, cancel), followLinks: true });
    const { status, numbers } = await gate.run(1, call.signal, stat, call.operation);
    for (const [position, index] of indexes.entries()) {
      if (status[position] === 0) byteLengths.set(index, numbers[position * STAT_WIDTH] ?? 0);
    }
  }
  return byteLengths;
}

async function replaceUntilSettled(
  scope: MutationScope,
  items: readonly Replacement[],
  group: WriteGroup,
  options: ReplaceFilesOptions,
  outcomes: ReplaceOutcome[],
  first: ReplaceOutcome | undefined,
): Promise<void> {
  const { maxAttempts = defaultAttempts } = options;
  const waits = new LockWaits(scope);
  const recovered = new Map<number, Warning[]>();
  let indexes = group.indexes;
  for (let attempt = 0; indexes.length > 0 && attempt < maxAttempts; attempt++) {
    if (first && attempt === 0) outcomes[0] = first;
    else indexes = await attemptUnlocked(scope, items, { ...group, indexes }, options, waits, outcomes);
    for (const index of indexes) rememberRecovered(scope, outcomes[index], index, recovered);
    if (scope.call.signal?.aborted) break;
    indexes = indexes.filter((index) => outcomes[index]?.status === 'changed');
  }
  for (const index of indexes) {
    if (outcomes[index]?.status !== 'changed') continue;
    const error = keptChanging(scope.call.operation, items[index]?.path.path, maxAttempts);
    outcomes[index] = { status: 'failed', error };
  }
  for (const [index, warnings] of recovered) outcomes[index] = withRecovered(outcomes[index], warnings);
}

/**
 * One attempt of a group. Where somebody holds a lock on one of its files, nothing was begun: it waits for that lock alone,
 * and begins anew; a file whose lock is not to be had in time fails by itself. Gives the items that were attempted.
 */
async function attemptUnlocked(
  scope: MutationScope,
  items: readonly Replacement[],
  group: WriteGroup,
  options: ReplaceFilesOptions,
  waits: LockWaits,
  outcomes: ReplaceOutcome[],
): Promise<readonly number[]> {
  let { indexes } = group;
  const attempted: number[] = [];
  while (indexes.length > 0 && !scope.call.signal?.aborted) {
    const some = indexes.length === items.length ? items : indexes.flatMap((index) => items[index] ?? []);
    const result = await attemptGroup(scope, some, group.permits, options, waits.use);
    waits.giveBack();
    const locked: number[] = [];
    for (const [position, index] of indexes.entries()) {
      outcomes[index] = result.outcomes[position] ?? { status: 'aborted' };
      (outcomes[index]?.status === 'locked' ? locked : attempted).push(index);
    }
    indexes = locked;
    const blocked = result.blocked === undefined ? undefined : some[result.blocked];
    if (!blocked) break;
    try {
      await waits.waitOrLookAgain(blocked.path);
    } catch (error) {
      const failure = failureOf(error, scope.call.operation);
      indexes = locked.filter((index) => items[index] !== blocked);
      for (const index of locked) if (items[index] === blocked) outcomes[index] = failedOutcome(failure);
    }
  }
  // After an abort: nothing of these was begun.
  for (const index of indexes) if (outcomes[index]?.status === 'locked') outcomes[index] = { status: 'aborted' };
  return attempted;
}

function rememberRecovered(
  { context }: MutationScope,
  outcome: ReplaceOutcome | undefined,
  index: number,
  recovered: Map<number, Warning[]>,
): void {
  const warnings = (outcome && 'recovered' in outcome && outcome.recovered) || [];
  if (outcome?.status === 'changed' && outcome.swappedBack) context.metrics.count('write.swapBacks');
  for (const warning of warnings) context.warn(warning);
  if (warnings.length > 0) recovered.set(index, [...(recovered.get(index) ?? []), ...warnings]);
}

/** What an earlier attempt had to keep aside is told with whatever became of the item in the end. */
function withRecovered(outcome: ReplaceOutcome | undefined, warnings: readonly Warning[]): ReplaceOutcome {
  if (outcome?.status === 'committed') return { ...outcome, warnings: [...outcome.warnings, ...warnings] };
  if (outcome?.status === 'removed') return { ...outcome, recovered: warnings };
  if (outcome?.status === 'failed') {
    const details = { ...outcome.error.details, recovered: warnings.map(({ path }) => path) };
    return { status: 'failed', error: Object.assign(outcome.error, { details }) };
  }
  return outcome ?? { status: 'aborted' };
}

function keptChanging(operation: string, path: string | undefined, attempts: number): PlokeIoError {
  return new PlokeIoError({
    code: 'ERR_PLOKE_BUSY',
    message: `Others replaced the file ${attempts} times between the look at it and the write`,
    operation,
    path,
    committed: false,
  });
}
