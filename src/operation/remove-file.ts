import { contentMismatch, internalError } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { Identity } from '../io/identify.js';
import { NativeDurability, NativeEntryType } from '../native/batch.js';
import { checkHash, optional } from '../policy/arguments.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { ContentHash, MutationResult, PathInput, WriteFileOptions } from '../types.js';
import type { NormalizedWorkspaceOptions, OperationContext } from './context.js';
import { changeEntry, type FoundEntry } from './entry-change.js';
import { checkMutationOptions, refuseOption, resolveFile } from './mutation-options.js';
import { mutationResult } from './mutation-result.js';
import { checkedFirst, inMutationScope, inTurn, type MutationScope } from './mutation-scope.js';

/**
 * Removes a file, or a link itself, never what it leads to. With `expectedHash` only a file with that content.
 *
 * @throws ENOENT; EISDIR for a directory; ERR_PLOKE_CONTENT_MISMATCH with both hashes; ERR_PLOKE_NOT_DURABLE with
 * `committed: true`; ERR_PLOKE_INVALID_ARGUMENT for members of WriteFileOptions that mean nothing here (`ifMissing:
 * 'create'`, `parents`, `mode`, `expectedHash: null`); ERR_PLOKE_INVALID_PATH, refusals of the policy, ABORT_ERR
 */
export async function removeFile(
  context: OperationContext,
  path: PathInput,
  options?: WriteFileOptions,
): Promise<MutationResult> {
  const operation = 'removeFile';
  const { call, expectedHash } = checkedFirst(() => checkRemovalOptions(operation, options, context.options));
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      const file = resolveFile(scope.lease, path, operation);
      scope.trace?.about(file.path);
      const identities = await turn.admit([file], {
        followLast: false,
        awaitsParents: true,
        isBarrier: ([found]) => mayLeadOn(found),
      });
      return removeVerified(scope, file, identities, expectedHash);
    }),
  );
}

/**
 * Removes a file within its turn; with `expectedHash` only that content.
 *
 * @throws what removeFile throws of the file
 */
export async function removeVerified(
  scope: MutationScope,
  file: ResolvedPath,
  identities: readonly Identity[],
  expectedHash: ContentHash | undefined,
): Promise<MutationResult> {
  const { addon, call } = scope;
  const change = { outcome: 'removed', path: file.path, hash: null } as const;
  const achieved = await changeEntry(scope, {
    paths: [file],
    identities,
    parents: false,
    hash: expectedHash !== undefined,
    locksLast: true,
    needsOwner: expectedHash !== undefined,
    decide: ([found]) => {
      if (expectedHash !== undefined && found) verifyEntry(call.operation, file.path, expectedHash, found);
      return true;
    },
    commit: (targets, owner) =>
      addon.removeEntry({
        targets,
        index: 0,
        durability: NativeDurability[call.durability],
        cancel: scope.cancel,
        expectedHash: expectedHash ?? null,
        owner,
      }),
    change: () => change,
  });
  if (!achieved) throw internalError(call.operation, 'a file was left where it was to be removed');
  call.lock?.ended();
  return mutationResult(scope, change, achieved, { atomic: true, verified: expectedHash !== undefined });
}

function checkRemovalOptions(operation: string, value: unknown, defaults: NormalizedWorkspaceOptions) {
  const keys = ['expectedHash', 'ifMissing', 'parents', 'mode'] as const;
  const { call, options: given } = checkMutationOptions(operation, value, keys, defaults);
  for (const key of ['parents', 'mode'] as const) {
    if (given[key] !== undefined) refuseOption(operation, key, 'removing makes nothing');
  }
  if (given.ifMissing !== undefined && given.ifMissing !== 'error') {
    refuseOption(operation, 'ifMissing', 'removing makes nothing');
  }
  if (given.expectedHash === null) {
    refuseOption(operation, 'expectedHash', 'it is null, and a file that does not exist cannot be removed');
  }
  const expectedHash = optional(given.expectedHash, undefined, (hash) => checkHash(operation, 'expectedHash', hash));
  return { call, expectedHash };
}

/**
 * Whether paths may go on through an entry: a directory, a link to one, and what is not there yet, which may be one of them
 * by the time its turn comes. Then other calls must not be under way while it changes.
 */
export function mayLeadOn(found: Identity | undefined): boolean {
  const type = found?.type;
  return type !== NativeEntryType.file && type !== NativeEntryType.other;
}

/**
 * Whether an entry holds the expected content. What has none (a directory, nothing) fails in its own way later.
 *
 * @throws ERR_PLOKE_CONTENT_MISMATCH; ERR_PLOKE_SYMLINK_DENIED for a link, whose target's content is not its own
 */
export function verifyEntry(operation: string, path: string, expectedHash: ContentHash, found: FoundEntry): void {
  if (found.type === NativeEntryType.symlink) {
    throw new PlokeIoError({
      code: 'ERR_PLOKE_SYMLINK_DENIED',
      message: 'A symbolic link has no content that expectedHash could stand for',
      action: 'Leave expectedHash out to act on the link itself.',
      operation,
      path,
    });
  }
  if (found.type !== NativeEntryType.file || found.hash === expectedHash) return;
  throw contentMismatch({ operation, path, expectedHash, actualHash: found.hash });
}
