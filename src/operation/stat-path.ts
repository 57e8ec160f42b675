import { constants } from 'node:os';
import { throwIfAborted } from '../errors/make.js';
import { replaceResult, retryExhausted } from '../io/exhaustion.js';
import { packPaths } from '../io/path-batch.js';
import { failureFrom } from '../native/failure.js';
import type { StatBatchResult } from '../native/look-batches.js';
import { checkBoolean, checkOptions, checkSignal, optional } from '../policy/arguments.js';
import type { PathInfo, PathInput, StatOptions } from '../types.js';
import type { OperationContext } from './context.js';
import { entryType } from './entry-type.js';
import { inReadScope } from './read-scope.js';

const operation = 'stat';

/**
 * What the system tells of a path. With `followLinks: false` a link as the last name is looked at itself; links before it
 * are judged by the policy either way.
 *
 * @returns undefined where nothing is there and `throwIfNoEntry` is false
 * @throws the codes of the policy, ABORT_ERR, and those of the system
 */
export async function statPath(
  context: OperationContext,
  path: PathInput,
  options?: StatOptions,
): Promise<PathInfo | undefined> {
  const given = checkOptions(operation, options, ['throwIfNoEntry', 'followLinks', 'signal']);
  const signal = checkSignal(operation, given.signal);
  const throwIfNoEntry = optional(given.throwIfNoEntry, true, (value) =>
    checkBoolean(operation, 'throwIfNoEntry', value),
  );
  const followLinks = optional(given.followLinks, true, (value) => checkBoolean(operation, 'followLinks', value));

  return inReadScope(context, operation, signal, async ({ lease, trace, addon, gate, cancel, admit }) => {
    const target = lease.resolve(path, operation);
    trace?.about(target.path);
    await admit([target], followLinks);
    const ask = () => addon.statBatch({ ...packPaths(lease.set, [target], cancel), followLinks });
    const stat = () => gate.run(1, signal, ask, operation);
    const stale = context.staleFiles.of(lease, () => target);
    const result = await retryExhausted(stat, replaceResult, signal, stale);
    throwIfAborted(signal, operation, target.path);
    const status = result.status[0] ?? 0;
    if (status === constants.errno.ENOENT && !throwIfNoEntry) return undefined;
    if (status !== 0) {
      throw failureFrom(context.addon, status, result.syscalls[0] ?? 0, { operation, path: target.path });
    }
    return pathInfo(target.path, result);
  });
}

function pathInfo(path: string, { types, numbers, stamps }: StatBatchResult): PathInfo {
  const [byteLength = 0, mode = 0, modifiedMs = 0, createdMs = Number.NaN, linkCount = 0] = numbers;
  return {
    path,
    type: entryType(types[0]),
    byteLength,
    mode,
    modifiedMs,
    createdMs: Number.isNaN(createdMs) ? null : createdMs,
    linkCount,
    stamp: stamps[0] ?? '',
  };
}
