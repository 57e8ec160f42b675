import { contentMismatch, invalidArgument } from '../errors/make.js';
import type { Found, Replacement } from '../io/replacement.js';
import { NativeEntryType } from '../native/batch.js';
import { TargetMode } from '../native/change-batches.js';
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
import { checkItems, dataBytes, encodingBytes, filePath, readData, readPath, settleItems } from './batch-items.js';
import type { OperationContext } from './context.js';
import { checkMutationOptions, refuseOption, resolveFile } from './mutation-options.js';
import { checkedFirst, inMutationScope, inTurn, type MutationScope, type Turn } from './mutation-scope.js';
import { replaceFiles } from './replace-files.js';
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
 * nothing). The old content stays, whole, until the new one is there, whole. `mode` is of a file that is made; one that is
 * replaced keeps its own.
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
  const { call, expectedHash, creation, bytes } = checkedFirst(() => {
    const keys = ['expectedHash', 'ifMissing', 'parents', 'mode'] as const;
    const { call, options: given } = checkMutationOptions(operation, options, keys, context.options);
    const expectedHash = checkExpectedHash(operation, 'expectedHash', given.expectedHash);
    const creation = checkCreation(operation, given, expectedHash);
    return { call, expectedHash, creation, bytes: checkData(operation, 'data', data) };
  });
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      const write = { path: resolveFile(scope.lease, path, operation), data: bytes, id: undefined, expectedHash };
      scope.trace?.about(write.path.path);
      const [outcome] = await replaceAll(scope, turn, [write], creation);
      return writeResult(scope, write, outcome);
    }),
  );
}

/**
 * Replaces many files with one group commit: they share their fsyncs. One result for each, in input order; several writes
 * of one file are done one after another. What is given is copied before this returns. The signal rejects the call only before the first file was replaced; then each
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
  const { call, given } = checkedFirst(() => ({
    call: checkMutationOptions(operation, options, [], context.options).call,
    given: checkArray(operation, 'writes', writes),
  }));
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      scope.trace?.setItems(given.length);
      const results: Settled<WriteResult>[] = new Array(given.length);
      const items = await checkItems(scope, given, results, {
        read: (index, value) => readWrite(scope, index, value),
        bytesOf: ({ data }) => encodingBytes(data),
        check: (index, item) => checkWrite(scope, index, item),
      });
      settleItems(scope, items, await replaceAll(scope, turn, items.items, replaceOnly), results);
      return results;
    }),
  );
}

function readWrite(scope: MutationScope, index: number, value: unknown) {
  const { operation } = scope.call;
  const item = checkItem(operation, 'writes', index, value, ['path', 'data', 'expectedHash', 'id']);
  const data = readData(operation, `writes[${index}].data`, item.data);
  return { path: readPath(scope, item.path), data, expectedHash: item.expectedHash, id: item.id };
}

function checkWrite(scope: MutationScope, index: number, item: ReturnType<typeof readWrite>): Write {
  const { operation } = scope.call;
  const name = `writes[${index}]`;
  return {
    path: filePath(scope, item.path),
    data: dataBytes(operation, `${name}.data`, item.data),
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
        upfront: write.expectedHash === null ? undefined : { data: write.data, verify: write.expectedHash ?? null },
        decide: (found) => {
          verify(scope.call.operation, write, found);
          const mode = found.type === NativeEntryType.missing ? creation.mode : -1;
          return { action: 'commit', data: write.data, mode, verify: write.expectedHash ?? null };
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
