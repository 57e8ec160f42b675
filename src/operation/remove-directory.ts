import { PlokeIoError } from '../errors/ploke-io-error.js';
import { replaceResult, retryExhausted } from '../io/exhaustion.js';
import { packPaths } from '../io/path-batch.js';
import { NativeDurability, NativeFailure } from '../native/batch.js';
import { checkBoolean, optional } from '../policy/arguments.js';
import type { MutationResult, PathInput, RemoveDirectoryOptions } from '../types.js';
import type { OperationContext } from './context.js';
import { checkMutationOptions, refuseLockOptions, resolveEntry } from './mutation-options.js';
import { announce, changeFailure, fileSystemOf, mutationResult } from './mutation-result.js';
import { checkedFirst, inMutationScope, inTurn } from './mutation-scope.js';

/**
 * Removes an empty directory; with `recursive` everything below it too. Links below it are removed, never followed. A
 * recursive removal that fails or is aborted half-way leaves the rest in place and says in `details.removed` how many
 * entries are gone, with `committed: 'unknown'`. It waits for all mutations before it, and all later calls wait for it.
 *
 * @throws ENOENT, ENOTEMPTY; ENOTDIR for a file or a link; ERR_PLOKE_NOT_DURABLE with `committed: true`;
 * ERR_PLOKE_INVALID_ARGUMENT, ERR_PLOKE_INVALID_PATH, refusals of the policy, ABORT_ERR
 */
export async function removeDirectory(
  context: OperationContext,
  path: PathInput,
  options?: RemoveDirectoryOptions,
): Promise<MutationResult> {
  const operation = 'removeDirectory';
  const { call, recursive } = checkedFirst(() => {
    const { call, options: given } = checkMutationOptions(operation, options, ['recursive'], context.options);
    refuseLockOptions(operation, given);
    return {
      call,
      recursive: optional(given.recursive, false, (value) => checkBoolean(operation, 'recursive', value)),
    };
  });
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      const { addon, gate, lease, trace, cancel } = scope;
      const directory = resolveEntry(lease, path, operation);
      trace?.about(directory.path);
      const [identity] = await turn.admit([directory], {
        followLast: false,
        awaitsParents: true,
        isBarrier: () => true,
      });
      const remove = () =>
        addon.removeDirectories({
          ...packPaths(lease.set, [directory], cancel),
          durability: NativeDurability[call.durability],
          recursive,
        });
      // Over all tries: one that ran out of descriptors half-way goes on where it was.
      let count = 0;
      const run = async () => {
        const result = await gate.run(1, call.signal, remove, operation);
        count += result.removed[0] ?? 0;
        return result;
      };
      const change = { outcome: 'removed', path: directory.path, hash: null } as const;
      const { status, syscalls, flags, detail } = await retryExhausted(run, replaceResult, call.signal).catch(
        (error) => {
          throw halfDone(error, count);
        },
      );
      if (status[0] !== 0) {
        const failure = { status: status[0] ?? 0, syscall: syscalls[0] ?? 0, detail: detail[0] ?? 0 };
        if (status[0] === NativeFailure.notDurable) announce(scope, change);
        throw halfDone(changeFailure(scope, directory.path, failure), count);
      }
      const achieved = {
        flags: flags[0] ?? 0,
        kind: await fileSystemOf(scope, directory, identity),
        lock: 'process',
      } as const;
      // A tree goes entry by entry: others can see it half gone.
      const facts = { atomic: count <= 1, verified: false };
      return mutationResult(scope, change, achieved, facts);
    }),
  );
}

/** Says of a failure how much is gone: neither all of the change is in place then nor nothing. */
function halfDone(error: unknown, removed: number): unknown {
  if (removed === 0 || !(error instanceof PlokeIoError)) return error;
  return Object.assign(error, {
    committed: error.committed ?? ('unknown' as const),
    details: { ...error.details, removed },
  });
}
