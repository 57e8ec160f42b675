import { constants } from 'node:os';
import { systemError, unreachable } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { Decision, Found, Replacement } from '../io/replacement.js';
import { NativeEntryType } from '../native/batch.js';
import { TargetMode } from '../native/change-batches.js';
import {
  checkArray,
  checkBoolean,
  checkChoice,
  checkData,
  checkItem,
  checkMode,
  checkString,
  optional,
} from '../policy/arguments.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { CreateOptions, FileCreate, PathInput, Settled, WriteResult } from '../types.js';
import { checkItems, dataBytes, encodingBytes, filePath, readData, readPath, settleItems } from './batch-items.js';
import type { NormalizedWorkspaceOptions, OperationContext } from './context.js';
import { checkMutationOptions, resolveFile } from './mutation-options.js';
import { checkedFirst, inMutationScope, inTurn, type MutationScope, type Turn } from './mutation-scope.js';
import { replaceFiles } from './replace-files.js';
import { writeResult } from './write-result.js';

const { EEXIST, EISDIR } = constants.errno;

/** One file to be made. */
interface Creation {
  readonly path: ResolvedPath;
  readonly data: Uint8Array;
  readonly id: string | undefined;
}

interface CreationRules {
  readonly parents: boolean;
  readonly ifExists: 'error' | 'replace' | 'keep';
  /** -1: the system's default. */
  readonly mode: number;
}

/**
 * Makes a file, which appears under its name with its content whole. The last name is never followed: over anything that
 * is there, a dangling link included, it is EEXIST. `ifExists: 'replace'` replaces a regular file, `'keep'` leaves it as
 * it is (`outcome: 'unchanged'`); neither takes a link. A `mode` is that of the file that is made, a replacement's too;
 * without it a replacement keeps the mode of what it replaces.
 *
 * @throws EEXIST; ENOENT for a missing directory, unless `parents`; ERR_PLOKE_SYMLINK_DENIED, EISDIR and
 * ERR_PLOKE_NOT_REGULAR_FILE for what can neither be replaced nor kept; ERR_PLOKE_NOT_DURABLE with `committed: true`; and
 * what `writeFile` throws
 */
export async function createFile(
  context: OperationContext,
  path: PathInput,
  data: string | Uint8Array,
  options?: CreateOptions,
): Promise<WriteResult> {
  const operation = 'createFile';
  const { call, rules, bytes } = checkedFirst(() => ({
    ...checkCreateOptions(operation, options, context.options),
    bytes: checkData(operation, 'data', data),
  }));
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      const creation = { path: resolveFile(scope.lease, path, operation), data: bytes, id: undefined };
      scope.trace?.about(creation.path.path);
      const [outcome] = await createAll(scope, turn, [creation], rules);
      return writeResult(scope, creation, outcome);
    }),
  );
}

/**
 * Makes many files with one group commit. What is given is copied before this returns. One result for each, in input order; a name that stands there twice is made by
 * the first and met by the second.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT where `files` is no array or an option is wrong; ABORT_ERR before the first was made
 */
export async function createFiles(
  context: OperationContext,
  files: readonly FileCreate[],
  options?: CreateOptions,
): Promise<Settled<WriteResult>[]> {
  const operation = 'createFiles';
  const { call, rules, given } = checkedFirst(() => ({
    ...checkCreateOptions(operation, options, context.options),
    given: checkArray(operation, 'files', files),
  }));
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      scope.trace?.setItems(given.length);
      const results: Settled<WriteResult>[] = new Array(given.length);
      const creations = await checkItems(scope, given, results, {
        read: (index, value) => readCreation(scope, index, value),
        bytesOf: ({ data }) => encodingBytes(data),
        check: (index, item) => checkCreation(scope, index, item),
      });
      settleItems(scope, creations, await createAll(scope, turn, creations.items, rules), results);
      return results;
    }),
  );
}

function checkCreateOptions(operation: string, value: unknown, defaults: NormalizedWorkspaceOptions) {
  const { call, options } = checkMutationOptions(operation, value, ['parents', 'ifExists', 'mode'], defaults);
  const rules: CreationRules = {
    parents: optional(options.parents, false, (given) => checkBoolean(operation, 'parents', given)),
    ifExists: optional(options.ifExists, 'error', (given) =>
      checkChoice(operation, 'ifExists', given, ['error', 'replace', 'keep']),
    ),
    mode: optional(options.mode, -1, (given) => checkMode(operation, 'mode', given)),
  };
  return { call, rules };
}

function readCreation(scope: MutationScope, index: number, value: unknown) {
  const { operation } = scope.call;
  const item = checkItem(operation, 'files', index, value, ['path', 'data', 'id']);
  const data = readData(operation, `files[${index}].data`, item.data);
  return { path: readPath(scope, item.path), data, id: item.id };
}

function checkCreation(scope: MutationScope, index: number, item: ReturnType<typeof readCreation>): Creation {
  const { operation } = scope.call;
  return {
    path: filePath(scope, item.path),
    data: dataBytes(operation, `files[${index}].data`, item.data),
    id: optional(item.id, undefined, (id) => checkString(operation, `files[${index}].id`, id)),
  };
}

async function createAll(scope: MutationScope, turn: Turn, creations: readonly Creation[], rules: CreationRules) {
  const order = { followLast: false, awaitsParents: !rules.parents };
  const identities = await turn.admit(
    creations.map(({ path }) => path),
    order,
  );
  const items = creations.flatMap((creation, index): Replacement[] => {
    const identity = identities[index];
    if (!identity) return [];
    return [
      {
        path: creation.path,
        identity,
        mode: TargetMode.entry,
        parents: rules.parents,
        decide: (found) => decide(scope.call.operation, creation, rules, found),
      },
    ];
  });
  if (rules.ifExists !== 'error') return replaceFiles(scope, items, { read: 'hash' });
  const outcomes = await replaceFiles(scope, items, { read: 'nothing' });
  return outcomes.map((outcome) => {
    // A file with more names than the policy takes is there, which is all that matters here.
    const isThere = outcome.status === 'failed' && outcome.error.code === 'ERR_PLOKE_HARD_LINK';
    return isThere ? { status: 'failed' as const, error: exists(scope.call.operation, outcome.error.path) } : outcome;
  });
}

function exists(operation: string, path: string | undefined): PlokeIoError {
  return systemError({ errno: EEXIST, operation, path });
}

function decide(
  operation: string,
  { path, data }: Creation,
  { ifExists, mode }: CreationRules,
  found: Found,
): Decision {
  const isFree = found.type === NativeEntryType.missing;
  const isReplaceable = found.type === NativeEntryType.file && ifExists === 'replace';
  if (isFree || isReplaceable) return { action: 'commit', data, mode, verify: null };
  if (ifExists === 'error') throw exists(operation, path.path);
  switch (found.type) {
    case NativeEntryType.file:
      return { action: 'leave' };
    case NativeEntryType.directory:
      throw systemError({ errno: EISDIR, operation, path: path.path });
    case NativeEntryType.symlink:
      throw new PlokeIoError({
        code: 'ERR_PLOKE_SYMLINK_DENIED',
        message: `A symbolic link has this name, which ifExists: '${ifExists}' does not take`,
        action: 'Use writeFile() to write to the file that it leads to, or removeFile() to remove the link first.',
        operation,
        path: path.path,
      });
    case NativeEntryType.other:
      throw new PlokeIoError({
        code: 'ERR_PLOKE_NOT_REGULAR_FILE',
        message: 'A FIFO, a socket or a device has this name',
        operation,
        path: path.path,
      });
    default:
      return unreachable(found.type as never, operation);
  }
}
