import { replaceResult, retryExhausted } from '../io/exhaustion.js';
import { packPaths } from '../io/path-batch.js';
import { NativeDurability } from '../native/addon.js';
import { checkBoolean, optional } from '../policy/arguments.js';
import type { MutationResult, PathInput, RemoveDirectoryOptions } from '../types.js';
import type { OperationContext } from './context.js';
import { checkMutationOptions, resolveEntry } from './mutation-options.js';
import { changeFailure, fileSystemOf, mutationResult } from './mutation-result.js';
import { inMutationScope, inTurn } from './mutation-scope.js';

/**
 * Removes an empty directory; with `recursive` everything below it too. Links below it are removed, never followed. A
 * recursive removal that fails or is aborted half-way leaves the rest in place and says in `details.removed` how many
 * entries are gone. It waits for all mutations before it, and all later calls wait for it.
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
  const { call, options: given } = checkMutationOptions(operation, options, ['recursive'], context.options);
  const recursive = optional(given.recursive, false, (value) => checkBoolean(operation, 'recursive', value));
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      const { addon, gate } = context;
      const { lease, cancel } = scope;
      const directory = resolveEntry(lease, path, operation);
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
      const run = () => gate.run(1, call.signal, remove, operation);
      const { status, syscalls, flags, detail, removed } = await retryExhausted(run, replaceResult, call.signal);
      const count = removed[0] ?? 0;
      if (status[0] !== 0) {
        const failure = { status: status[0] ?? 0, syscall: syscalls[0] ?? 0, detail: detail[0] ?? 0 };
        const error = changeFailure(scope, directory.path, failure);
        throw count === 0 ? error : Object.assign(error, { details: { ...error.details, removed: count } });
      }
      const achieved = { flags: flags[0] ?? 0, kind: await fileSystemOf(scope, directory, identity) };
      const change = { outcome: 'removed', path: directory.path, hash: null } as const;
      // A tree goes entry by entry: others can see it half gone.
      const facts = { atomic: count <= 1, compareAndSwap: 'none' } as const;
      return mutationResult(scope, change, achieved, facts);
    }),
  );
}
