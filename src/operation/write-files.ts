import { contentMismatch, invalidArgument } from '../errors/make.js';
import type { Found, Replacement } from '../io/replacement.js';
import { NativeEntryType, TargetMode } from '../native/addon.js';
import {
  checkArray,
  checkBoolean,
  checkChoice,
  checkData,
  checkHash,
  checkItem,
  checkMode,
  checkString,
  optional,
} from '../policy/arguments.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type {
  ContentHash,
  FileWrite,
  PathInput,
  Settled,
  WriteFileOptions,
  WriteOptions,
  WriteResult,
} from '../types.js';
import type { OperationContext } from './context.js';
import { checkMutationOptions, refuseOption, resolveFile } from './mutation-options.js';
import { inMutationScope, inTurn, type MutationScope, type Turn } from './mutation-scope.js';
import { replaceFiles } from './replace-files.js';
import { rejected } from './settled.js';
import { writeResult } from './write-result.js';

/** One file to be written. */
interface Write {
  readonly path: ResolvedPath;
  readonly data: Uint8Array;
  readonly id: string | undefined;
  /** null: the file must not exist. */
  readonly expectedHash: ContentHash | null | undefined;
}

/** Whether and how a missing file is made. */
interface Creation {
  readonly allowed: boolean;
  readonly parents: boolean;
  readonly mode: number;
}

const replaceOnly: Creation = { allowed: false, parents: false, mode: -1 };

/**
 * Replaces the content of a file; a link is written through. With `expectedHash` only that content is replaced (null: only
 * nothing). The old content stays, whole, until the new one is there, whole.
 *
 * @throws ENOENT for a missing file, unless `ifMissing: 'create'` or `expectedHash: null`; ERR_PLOKE_CONTENT_MISMATCH with
 * both hashes; ERR_PLOKE_NOT_DURABLE with `committed: true`; ERR_PLOKE_INVALID_ARGUMENT, ERR_PLOKE_INVALID_PATH and the
 * refusals of the policy; ERR_PLOKE_BUSY; ABORT_ERR; ENOSPC and other codes of the system
 */
export async function writeFile(
  context: OperationContext,
  path: PathInput,
  data: string | Uint8Array,
  options?: WriteFileOptions,
): Promise<WriteResult> {
  const operation = 'writeFile';
  const { call, options: given } = checkMutationOptions(
    operation,
    options,
    ['expectedHash', 'ifMissing', 'parents', 'mode'],
    context.options,
  );
  const expectedHash = checkExpectedHash(operation, 'expectedHash', given.expectedHash);
  const creation = checkCreation(operation, given, expectedHash);
  const bytes = checkData(operation, 'data', data);
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      const write = { path: resolveFile(scope.lease, path, operation), data: bytes, id: undefined, expectedHash };
      const [outcome] = await replaceAll(scope, turn, [write], creation);
      return writeResult(scope, write, outcome);
    }),
  );
}

/**
 * Replaces many files with one group commit: they share their fsyncs. One result for each, in input order; several writes
 * of one file are done one after another. The signal rejects the call only before the first file was replaced; then each
 * item says what became of it.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT where `writes` is no array or an option is wrong; ABORT_ERR
 */
export async function writeFiles(
  context: OperationContext,
  writes: readonly FileWrite[],
  options?: WriteOptions,
): Promise<Settled<WriteResult>[]> {
  const operation = 'writeFiles';
  const { call } = checkMutationOptions(operation, options, [], context.options);
  const given = checkArray(operation, 'writes', writes);
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      const results: Settled<WriteResult>[] = new Array(given.length);
      const items: { readonly index: number; readonly write: Write }[] = [];
      for (const [index, value] of given.entries()) {
        try {
          items.push({ index, write: checkWrite(scope, index, value) });
        } catch (error) {
          results[index] = rejected(error, operation);
        }
      }
      const outcomes = await replaceAll(
        scope,
        turn,
        items.map(({ write }) => write),
        replaceOnly,
      );
      for (const [position, { index, write }] of items.entries()) {
        try {
          results[index] = { status: 'fulfilled', value: writeResult(scope, write, outcomes[position]) };
        } catch (error) {
          results[index] = rejected(error, operation);
        }
      }
      return results;
    }),
  );
}

function checkWrite({ lease, call: { operation } }: MutationScope, index: number, value: unknown): Write {
  const item = checkItem(operation, 'writes', index, value, ['path', 'data', 'expectedHash', 'id']);
  const name = `writes[${index}]`;
  return {
    path: resolveFile(lease, item.path, operation),
    data: checkData(operation, `${name}.data`, item.data),
    id: optional(item.id, undefined, (id) => checkString(operation, `${name}.id`, id)),
    expectedHash: optional(item.expectedHash, undefined, (hash) => checkHash(operation, `${name}.expectedHash`, hash)),
  };
}

export function checkExpectedHash(operation: string, member: string, value: unknown): ContentHash | null | undefined {
  return value === null ? null : optional(value, undefined, (hash) => checkHash(operation, member, hash));
}

function checkCreation(
  operation: string,
  given: { readonly ifMissing?: unknown; readonly parents?: unknown; readonly mode?: unknown },
  expectedHash: ContentHash | null | undefined,
): Creation {
  const ifMissing = optional(given.ifMissing, undefined, (value) =>
    checkChoice(operation, 'ifMissing', value, ['error', 'create']),
  );
  const parents = optional(given.parents, false, (value) => checkBoolean(operation, 'parents', value));
  const mode = optional(given.mode, -1, (value) => checkMode(operation, 'mode', value));
  if (expectedHash === null && ifMissing === 'error') {
    const message =
      "expectedHash is null, so the file must not exist, and ifMissing is 'error', so it must. Pass one of them.";
    throw invalidArgument(operation, message, { argument: 'ifMissing' });
  }
  const allowed = ifMissing === 'create' || expectedHash === null;
  if (!allowed && given.parents !== undefined) refuseOption(operation, 'parents', "it needs ifMissing: 'create'");
  if (!allowed && given.mode !== undefined) refuseOption(operation, 'mode', "it needs ifMissing: 'create'");
  return { allowed, parents, mode };
}

async function replaceAll(scope: MutationScope, turn: Turn, writes: readonly Write[], creation: Creation) {
  const order = { followLast: true, awaitsParents: !creation.parents };
  const identities = await turn.admit(
    writes.map(({ path }) => path),
    order,
  );
  const items = writes.flatMap((write, index): Replacement[] => {
    const identity = identities[index];
    if (!identity) return [];
    return [
      {
        path: write.path,
        identity,
        mode: creation.allowed ? TargetMode.replaceOrCreate : TargetMode.replace,
        parents: creation.parents,
        decide: (found) => {
          verify(scope.call.operation, write, found);
          return { action: 'commit', data: write.data, mode: creation.mode, verify: write.expectedHash ?? null };
        },
      },
    ];
  });
  return replaceFiles(scope, items, { read: 'hash' });
}

function verify(operation: string, { path, expectedHash }: Write, found: Found): void {
  if (expectedHash === undefined) return;
  const isMissing = found.type === NativeEntryType.missing;
  if (expectedHash === null ? isMissing : found.hash === expectedHash) return;
  throw contentMismatch({
    operation,
    path: path.path,
    expectedHash: expectedHash ?? undefined,
    actualHash: found.hash,
  });
}
