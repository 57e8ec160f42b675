import { constants } from 'node:os';
import { internalError, invalidArgument, systemError } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { hashContent } from '../io/content-hash.js';
import { type Identity, textKey } from '../io/identify.js';
import { PatchSyntaxError, readPatch } from '../io/patch.js';
import { previewDiff } from '../io/preview.js';
import type { Decision, Found, Removed, Replacement, ReplaceOutcome } from '../io/replacement.js';
import { NativeEntryType } from '../native/batch.js';
import { CommitFlag, TargetMode } from '../native/change-batches.js';
import { checkArray, checkBoolean, checkHash, checkItem, checkString, optional } from '../policy/arguments.js';
import type { DryRun, MutationResult, Patch, PatchOptions, PatchResult, Settled, WriteResult } from '../types.js';
import { checkItems, filePath, readPath } from './batch-items.js';
import type { OperationContext } from './context.js';
import { checkMutationOptions } from './mutation-options.js';
import { mutationResult } from './mutation-result.js';
import { checkedFirst, inMutationScope, inTurn, type MutationScope, uncommitted } from './mutation-scope.js';
import { FilePatches, type PlannedPatch } from './patch-plan.js';
import { replaceFiles } from './replace-files.js';
import { asPlokeIoError, rejected } from './settled.js';
import { patchSyntax } from './split-patch.js';
import { identified, writeResult } from './write-result.js';

const operation = 'applyPatches';
const { EEXIST } = constants.errno;

/**
 * Applies unified diffs, one file each (`splitPatch` divides one of several). A hunk goes where it says, else to the only
 * other place where its old lines are exactly, else, with `minSimilarity` below 1, to the one place that is most like them:
 * see `placeHunks`. Line ends and a byte order mark stay as the file has them. `/dev/null` as the old name makes a file, as
 * the new name removes it. The patches of one file have one base and one replace, and succeed or fail together. Group
 * commit, one result for each patch, in input order.
 *
 * `dryRun` writes nothing: the results carry a unified diff, and the hash that the file would have.
 *
 * Reasons of patches: ERR_PLOKE_PATCH_CONFLICT with the hunk, the nearest places and the present hash;
 * ERR_PLOKE_PATCH_SYNTAX, ERR_PLOKE_CONTENT_MISMATCH, ERR_PLOKE_EDIT_OVERLAP, ERR_PLOKE_NOT_UTF8, ERR_PLOKE_FILE_TOO_LARGE,
 * EEXIST for a file that is to be made, and those of writeFile and removeFile
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT where `patches` is no array or an option is wrong; ABORT_ERR before the first replace
 */
export async function applyPatches(
  context: OperationContext,
  patches: readonly Patch[],
  options?: PatchOptions,
): Promise<Settled<PatchResult>[]> {
  const { call, isPreview, minSimilarity, items } = checkedFirst(() => {
    const keys = ['dryRun', 'minSimilarity'] as const;
    const { call, options: given } = checkMutationOptions(operation, options, keys, context.options);
    return {
      call,
      isPreview: optional(given.dryRun, false, (value) => checkBoolean(operation, 'dryRun', value)),
      minSimilarity: optional(given.minSimilarity, 1, checkSimilarity),
      items: checkArray(operation, 'patches', patches),
    };
  });
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      scope.trace?.setItems(items.length);
      const results: Settled<PatchResult>[] = new Array(items.length);
      const { items: known } = await checkItems(scope, items, results, {
        read: (index, value) => readItem(scope, index, value),
        bytesOf: ({ diff }) => (typeof diff === 'string' ? diff.length : 0),
        check: (index, item) => checkPatch(scope, index, item),
      });
      const paths = known.map(({ path }) => path);
      const identities = await turn.admit(paths, { followLast: true, awaitsParents: true });
      const files = groupByFile(known, identities, minSimilarity);
      const applicable = files.filter(({ patches: ofFile }) => !ofFile.isRefused);
      const changes = applicable.map(
        ({ patches: ofFile, identity }) => new FileChange(scope, ofFile, identity, isPreview),
      );
      const outcomes = await replaceFiles(
        scope,
        changes.map(({ replacement }) => replacement),
        { read: 'contents', preview: isPreview },
      );
      for (const [position, change] of changes.entries()) change.settle(outcomes[position], results);
      for (const { patches: ofFile } of files) if (ofFile.isRefused) refuse(ofFile, results);
      return results;
    }),
  );
}

function checkSimilarity(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new PlokeIoError({
    code: 'ERR_PLOKE_INVALID_ARGUMENT',
    message: 'minSimilarity must be a number from 0 to 1',
    action: '',
    operation,
    details: { argument: 'minSimilarity' },
  });
}

function readItem(scope: MutationScope, index: number, value: unknown) {
  const item = checkItem(operation, 'patches', index, value, ['path', 'diff', 'expectedHash', 'id'] as const);
  return { ...item, path: readPath(scope, item.path) };
}

/** @throws what is wrong with the path; anything else that is wrong is in `failure`, because it concerns the whole file */
function checkPatch(scope: MutationScope, index: number, item: ReturnType<typeof readItem>): PlannedPatch {
  const path = filePath(scope, item.path);
  const name = `patches[${index}]`;
  try {
    const id = optional(item.id, undefined, (id) => checkString(operation, `${name}.id`, id));
    const expectedHash = optional(item.expectedHash, undefined, (hash) =>
      checkHash(operation, `${name}.expectedHash`, hash),
    );
    const patch = readPatch(checkString(operation, `${name}.diff`, item.diff));
    if (patch.kind === 'create' && expectedHash !== undefined) {
      const message = `${name} makes a file, which has no content before that expectedHash could stand for. Leave it out.`;
      throw invalidArgument(operation, message, { argument: `${name}.expectedHash` });
    }
    return { index, path, id, expectedHash, patch, failure: undefined };
  } catch (error) {
    const reason = error instanceof PatchSyntaxError ? patchSyntax(operation, error, path.path) : error;
    const failure = uncommitted(asPlokeIoError(reason, operation));
    return { index, path, id: undefined, expectedHash: undefined, patch: undefined, failure };
  }
}

/** Links to one file are one file; a path that cannot be identified stands for itself. */
function groupByFile(patches: readonly PlannedPatch[], identities: readonly Identity[], minSimilarity: number) {
  const groups = new Map<string, { readonly identity: Identity; readonly patches: PlannedPatch[] }>();
  for (const [position, patch] of patches.entries()) {
    const identity = identities[position];
    if (!identity) throw internalError(operation, 'a path was not identified');
    const key = identity.key ?? textKey(patch.path.path);
    const group = groups.get(key);
    if (group) group.patches.push(patch);
    else groups.set(key, { identity, patches: [patch] });
  }
  return [...groups.values()].flatMap(({ identity, patches: ofFile }) => {
    const [first] = ofFile;
    return first ? [{ identity, patches: new FilePatches(operation, first.path, ofFile, minSimilarity) }] : [];
  });
}

function refuse(file: FilePatches, results: Settled<PatchResult>[]): void {
  for (const patch of file.patches) {
    const reason = file.reasonFor(patch, internalError(operation, 'patches were refused without a reason'));
    results[patch.index] = { status: 'rejected', reason: uncommitted(reason) };
  }
}

function removalOfLink(path: string): PlokeIoError {
  return new PlokeIoError({
    code: 'ERR_PLOKE_SYMLINK_DENIED',
    message: 'The diff removes a file, and the path is a symbolic link',
    action: 'Pass the path that it leads to, or remove the link with removeFile().',
    operation,
    path,
  });
}

type Done =
  | { readonly status: 'fulfilled'; readonly value: DryRun | ((WriteResult | MutationResult) & { applied: true }) }
  | { readonly status: 'rejected'; readonly reason: PlokeIoError };

/** The one change of a file. */
class FileChange {
  readonly replacement: Replacement;
  readonly #scope: MutationScope;
  readonly #file: FilePatches;
  readonly #isPreview: boolean;
  #preview: Pick<DryRun, 'hash' | 'preview'> | undefined;

  constructor(scope: MutationScope, file: FilePatches, identity: Identity, isPreview: boolean) {
    this.#scope = scope;
    this.#file = file;
    this.#isPreview = isPreview;
    this.replacement = {
      path: file.path,
      identity,
      // A file that is made never takes what a link leads to.
      mode: file.kind === 'create' ? TargetMode.entry : TargetMode.replace,
      parents: false,
      decide: (found) => this.#decide(found),
    };
  }

  settle(outcome: ReplaceOutcome | undefined, results: Settled<PatchResult>[]): void {
    const done = this.#outcomeOfFile(outcome);
    for (const patch of this.#file.patches) {
      if (done.status === 'rejected') {
        results[patch.index] = { status: 'rejected', reason: uncommitted(this.#file.reasonFor(patch, done.reason)) };
        continue;
      }
      const hunks = this.#file.placementsOf(patch.index);
      const value = { ...identified(patch), ...done.value, path: patch.path.path, hunks };
      results[patch.index] = { status: 'fulfilled', value };
    }
  }

  /** Once for all its patches: the file changed once. */
  #outcomeOfFile(outcome: ReplaceOutcome | undefined): Done {
    const { path } = this.#file;
    if (this.#preview && outcome?.status === 'left') {
      return { status: 'fulfilled', value: { applied: false, path: path.path, ...this.#preview } };
    }
    try {
      const result =
        outcome?.status === 'removed'
          ? this.#removed(outcome)
          : writeResult(this.#scope, { path, id: undefined }, outcome);
      return { status: 'fulfilled', value: { ...result, applied: true } };
    } catch (error) {
      return { status: 'rejected', reason: rejected(error, operation).reason };
    }
  }

  /** @throws ERR_PLOKE_NOT_DURABLE, of a removal that is in place */
  #removed(outcome: Removed): MutationResult {
    const change = { outcome: 'removed', path: this.#file.path.path, hash: null } as const;
    this.#scope.call.lock?.ended();
    if ((outcome.flags & CommitFlag.swapVerified) !== 0) this.#scope.context.metrics.count('write.swaps');
    const result = mutationResult(this.#scope, change, outcome, { atomic: true, verified: true });
    if (outcome.notDurable) throw outcome.notDurable;
    return result;
  }

  #decide(found: Found): Decision {
    if (this.#file.kind === 'create') return this.#create(found);
    const { contents, hash } = found;
    // Anything but a regular file was refused when the target was opened.
    if (!contents || hash === null) throw internalError(operation, 'a file was opened without its content');
    const data = this.#file.apply(contents, hash);
    const isRemoval = this.#file.kind === 'remove';
    // What was read is the link's target; the link itself has no content that the diff could remove.
    if (isRemoval && found.followed) throw removalOfLink(this.#file.path.path);
    if (this.#isPreview) {
      const preview = previewDiff(this.#file.path.path, contents, data);
      this.#preview = { hash: isRemoval ? null : hashContent(data), preview };
      return { action: 'leave' };
    }
    return isRemoval ? { action: 'remove', verify: hash } : { action: 'commit', data, mode: -1, verify: hash };
  }

  #create({ type }: Found): Decision {
    if (type !== NativeEntryType.missing) {
      throw systemError({ errno: EEXIST, operation, path: this.#file.path.path });
    }
    const data = this.#file.create();
    if (!this.#isPreview) return { action: 'commit', data, mode: this.#file.mode ?? -1, verify: null };
    this.#preview = { hash: hashContent(data), preview: previewDiff(this.#file.path.path, new Uint8Array(), data) };
    return { action: 'leave' };
  }
}
