import { constants } from 'node:os';
import { systemError, unreachable } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { Decision, Found, Replacement } from '../io/replacement.js';
import { NativeEntryType, TargetMode } from '../native/addon.js';
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
import type { NormalizedWorkspaceOptions, OperationContext } from './context.js';
import { checkMutationOptions, resolveFile } from './mutation-options.js';
import { inMutationScope, inTurn, type MutationScope, type Turn } from './mutation-scope.js';
import { replaceFiles } from './replace-files.js';
import { rejected } from './settled.js';
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
 * it is (`outcome: 'unchanged'`); neither takes a link.
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
  const { call, rules } = checkCreateOptions(operation, options, context.options);
  const bytes = checkData(operation, 'data', data);
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      const creation = { path: resolveFile(scope.lease, path, operation), data: bytes, id: undefined };
      const [outcome] = await createAll(scope, turn, [creation], rules);
      return writeResult(scope, creation, outcome);
    }),
  );
}

/**
 * Makes many files with one group commit. One result for each, in input order; a name that stands there twice is made by
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
  const { call, rules } = checkCreateOptions(operation, options, context.options);
  const given = checkArray(operation, 'files', files);
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      const results: Settled<WriteResult>[] = new Array(given.length);
      const items: { readonly index: number; readonly creation: Creation }[] = [];
      for (const [index, value] of given.entries()) {
        try {
          items.push({ index, creation: checkCreation(scope, index, value) });
        } catch (error) {
          results[index] = rejected(error, operation);
        }
      }
      const outcomes = await createAll(
        scope,
        turn,
        items.map(({ creation }) => creation),
        rules,
      );
      for (const [position, { index, creation }] of items.entries()) {
        try {
          results[index] = { status: 'fulfilled', value: writeResult(scope, creation, outcomes[position]) };
        } catch (error) {
          results[index] = rejected(error, operation);
        }
      }
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

function checkCreation({ lease, call: { operation } }: MutationScope, index: number, value: unknown): Creation {
  const item = checkItem(operation, 'files', index, value, ['path', 'data', 'id']);
  return {
    path: resolveFile(lease, item.path, operation),
    data: checkData(operation, `files[${index}].data`, item.data),
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
