import { constants } from 'node:os';
import { systemError } from '../errors/make.js';
import type { Identity } from '../io/identify.js';
import { NativeDurability, NativeEntryType } from '../native/batch.js';
import { CommitFlag } from '../native/change-batches.js';
import { checkBoolean, checkChoice, checkHash, optional } from '../policy/arguments.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { ContentHash, MutationResult, PathInput, RenameOptions } from '../types.js';
import type { NormalizedWorkspaceOptions, OperationContext } from './context.js';
import { changeEntry } from './entry-change.js';
import { checkMutationOptions, refuseOption, resolveEntry } from './mutation-options.js';
import { mutationResult, unchangedResult } from './mutation-result.js';
import { checkedFirst, inMutationScope, inTurn, type MutationScope } from './mutation-scope.js';
import { mayLeadOn, verifyEntry } from './remove-file.js';

const { ENOENT } = constants.errno;

interface RenameRules {
  readonly expectedHash: ContentHash | undefined;
  readonly replace: boolean;
  readonly parents: boolean;
}

/**
 * Moves a file, a directory or a link (itself) to another name, in the same file system. It never overwrites, unless
 * `ifExists: 'replace'`: then a file replaces a file and a directory an empty directory (rename(2)). `expectedHash` is the
 * source's. `from` and `to` being one name, nothing is done (`outcome: 'unchanged'`). Moving a directory or a link changes
 * what the paths through it mean, so it waits for all mutations before it, and all later calls wait for it.
 *
 * @throws ENOENT, EEXIST, EXDEV, EINVAL (a directory into itself), ENOTEMPTY, EISDIR, ENOTDIR;
 * ERR_PLOKE_CONTENT_MISMATCH with both hashes; ERR_PLOKE_NOT_DURABLE with `committed: true`; ERR_PLOKE_INVALID_ARGUMENT
 * for `ifMissing`, `mode` and `expectedHash: null`; ERR_PLOKE_INVALID_PATH, refusals of the policy, ABORT_ERR
 */
export async function rename(
  context: OperationContext,
  from: PathInput,
  to: PathInput,
  options?: RenameOptions,
): Promise<MutationResult> {
  const operation = 'rename';
  const { call, rules } = checkedFirst(() => checkRenameOptions(operation, options, context.options));
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      const source = resolveEntry(scope.lease, from, operation);
      scope.trace?.about(source.path);
      const target = resolveEntry(scope.lease, to, operation);
      const identities = await turn.admit([source, target], {
        followLast: false,
        awaitsParents: !rules.parents,
        isBarrier: (found) => mayMoveDirectory(found, rules),
      });
      return move(scope, [source, target], identities, rules);
    }),
  );
}

function checkRenameOptions(operation: string, value: unknown, defaults: NormalizedWorkspaceOptions) {
  const keys = ['expectedHash', 'ifExists', 'parents', 'ifMissing', 'mode'] as const;
  const { call, options } = checkMutationOptions(operation, value, keys, defaults);
  for (const key of ['ifMissing', 'mode'] as const) {
    if (options[key] !== undefined) refuseOption(operation, key, 'renaming makes no file');
  }
  if (options.expectedHash === null) {
    refuseOption(operation, 'expectedHash', 'it is null, and what does not exist cannot be renamed');
  }
  const ifExists = optional(options.ifExists, 'error', (given) =>
    checkChoice(operation, 'ifExists', given, ['error', 'replace']),
  );
  const rules: RenameRules = {
    expectedHash: optional(options.expectedHash, undefined, (hash) => checkHash(operation, 'expectedHash', hash)),
    replace: ifExists === 'replace',
    parents: optional(options.parents, false, (given) => checkBoolean(operation, 'parents', given)),
  };
  return { call, rules };
}

/** Whether paths may mean something else afterwards: of what is moved, and of what goes because it is moved over. */
function mayMoveDirectory([source, target]: readonly Identity[], { replace }: RenameRules): boolean {
  return mayLeadOn(source) || (replace && mayLeadOn(target));
}

async function move(
  scope: MutationScope,
  paths: readonly [ResolvedPath, ResolvedPath],
  identities: readonly Identity[],
  { expectedHash, replace, parents }: RenameRules,
): Promise<MutationResult> {
  const { addon, call } = scope;
  const [source, target] = paths;
  const isSameName = sameName(source, target) || sameKey(identities);
  let hash: ContentHash | null = null;
  const achieved = await changeEntry(scope, {
    paths: isSameName ? [source] : paths,
    identities,
    parents: parents && !isSameName,
    hash: expectedHash !== undefined,
    locksLast: replace,
    needsOwner: expectedHash !== undefined,
    decide: ([found]) => {
      if (!found) return false;
      if (expectedHash !== undefined) verifyEntry(call.operation, source.path, expectedHash, found);
      if (isSameName && found.type === NativeEntryType.missing) {
        throw systemError({ errno: ENOENT, operation: call.operation, path: source.path });
      }
      hash = found.hash;
      return !isSameName;
    },
    commit: (targets, owner) =>
      addon.renameEntry({
        targets,
        index: 0,
        toIndex: 1,
        replace,
        durability: NativeDurability[call.durability],
        cancel: scope.cancel,
        expectedHash: expectedHash ?? null,
        owner,
      }),
    change: () => ({ outcome: 'renamed', path: target.path, from: source.path, hash }),
  });
  if (!achieved) return unchangedResult(scope, target.path);
  call.lock?.moved(target.path);
  const { stamp } = achieved;
  const change = { outcome: 'renamed', path: target.path, from: source.path, hash, stamp } as const;
  // Without `replace` the kernel itself sees to it that nothing is overwritten.
  const verified = expectedHash !== undefined || !replace;
  // It is the same inode under another name: nothing of it could be lost.
  const flags = achieved.flags | CommitFlag.metadataPreserved;
  return mutationResult(scope, change, { ...achieved, flags }, { atomic: true, verified });
}

function sameName(source: ResolvedPath, target: ResolvedPath): boolean {
  return source.root === target.root && withoutSlash(source.relative) === withoutSlash(target.relative);
}

/** Two spellings of one name, through links to its directory. */
function sameKey([source, target]: readonly Identity[]): boolean {
  return source?.key !== undefined && source.key === target?.key;
}

function withoutSlash(relative: string): string {
  return relative.endsWith('/') ? relative.slice(0, -1) : relative;
}
