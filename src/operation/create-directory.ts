import { replaceResult, retryExhausted } from '../io/exhaustion.js';
import { packPaths } from '../io/path-batch.js';
import { NativeDurability, NativeFailure } from '../native/batch.js';
import { checkBoolean, checkMode, optional } from '../policy/arguments.js';
import type { CreateDirectoryOptions, MutationResult, PathInput } from '../types.js';
import type { OperationContext } from './context.js';
import { checkMutationOptions, refuseLockOptions, resolveEntry } from './mutation-options.js';
import { announce, changeFailure, fileSystemOf, mutationResult, unchangedResult } from './mutation-result.js';
import { checkedFirst, inMutationScope, inTurn } from './mutation-scope.js';

/**
 * Makes a directory; with `parents` the missing ones above it too, and then one that is there already is no error
 * (`outcome: 'unchanged'`). Every directory that was made is synced into its parent. The last name is never followed.
 *
 * @throws EEXIST; ENOENT for a missing parent, unless `parents`; ERR_PLOKE_NOT_DURABLE with `committed: true`;
 * ERR_PLOKE_INVALID_ARGUMENT, ERR_PLOKE_INVALID_PATH, refusals of the policy, ABORT_ERR
 */
export async function createDirectory(
  context: OperationContext,
  path: PathInput,
  options?: CreateDirectoryOptions,
): Promise<MutationResult> {
  const operation = 'createDirectory';
  const { call, parents, mode } = checkedFirst(() => {
    const { call, options: given } = checkMutationOptions(operation, options, ['parents', 'mode'], context.options);
    refuseLockOptions(operation, given);
    return {
      call,
      parents: optional(given.parents, false, (value) => checkBoolean(operation, 'parents', value)),
      mode: optional(given.mode, -1, (value) => checkMode(operation, 'mode', value)),
    };
  });
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      const { addon, gate, lease, trace, cancel } = scope;
      const directory = resolveEntry(lease, path, operation);
      trace?.about(directory.path);
      // Its own missing parents are keys as well, so that a file that is made below one of them waits for this call.
      const [identity] = await turn.admit([directory], { followLast: false, awaitsParents: true });
      const make = () =>
        addon.createDirectories({
          ...packPaths(lease.set, [directory], cancel),
          durability: NativeDurability[call.durability],
          parents,
          mode,
        });
      const run = () => gate.run(1, call.signal, make, operation);
      const stale = context.staleFiles.of(lease, () => directory);
      const result = await retryExhausted(run, replaceResult, call.signal, stale);
      const { status, syscalls, flags, detail, created } = result;
      const change = { outcome: 'created', path: directory.path, hash: null, entryType: 'directory' } as const;
      if (status[0] !== 0) {
        if (status[0] === NativeFailure.notDurable && created[0] === 1) announce(scope, change);
        const failure = { status: status[0] ?? 0, syscall: syscalls[0] ?? 0, detail: detail[0] ?? 0 };
        throw changeFailure(scope, directory.path, failure);
      }
      if (created[0] !== 1) return unchangedResult(scope, directory.path);
      const achieved = {
        flags: flags[0] ?? 0,
        kind: await fileSystemOf(scope, directory, identity),
        lock: 'process',
      } as const;
      // mkdir(2) itself sees to it that nothing was there.
      const facts = { atomic: true, verified: true };
      return mutationResult(scope, change, achieved, facts);
    }),
  );
}
