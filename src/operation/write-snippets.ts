import { internalError, invalidArgument } from '../errors/make.js';
import { hashContent } from '../io/content-hash.js';
import { type Identity, textKey } from '../io/identify.js';
import { previewDiff } from '../io/preview.js';
import type { Decision, Found, Replacement, ReplaceOutcome } from '../io/replacement.js';
import type { Splice } from '../io/splice.js';
import { TargetMode } from '../native/change-batches.js';
import {
  checkArray,
  checkBoolean,
  checkHash,
  checkInteger,
  checkItem,
  checkString,
  optional,
} from '../policy/arguments.js';
import type { DryRun, EditOptions, EditResult, Settled, SnippetEdit } from '../types.js';
import { checkItems, filePath, readPath } from './batch-items.js';
import type { OperationContext } from './context.js';
import { type Edit, FileEdits } from './edit-plan.js';
import { checkMutationOptions } from './mutation-options.js';
import { checkedFirst, inMutationScope, inTurn, type MutationScope, uncommitted } from './mutation-scope.js';
import { replaceFiles } from './replace-files.js';
import { asPlokeIoError, rejected } from './settled.js';
import { identified, writeResult } from './write-result.js';

/**
 * Edits parts of files: by byte offsets, with the hash they were taken from, or by a text that occurs exactly once (with
 * `all`: at least once). The edits of one file have one base and one replace, and succeed or fail together; offsets are
 * those of the base. Bytes outside the edits do not change. Group commit, one result for each edit, in input order.
 *
 * `dryRun` writes nothing: the results carry a unified diff, and the hash that the file would have.
 *
 * Reasons of edits: ERR_PLOKE_CONTENT_MISMATCH with both hashes, ERR_PLOKE_EDIT_OVERLAP, ERR_PLOKE_EDIT_NOT_UNIQUE with
 * the places, ERR_PLOKE_RANGE, ERR_PLOKE_CHAR_BOUNDARY, ERR_PLOKE_NOT_UTF8, ERR_PLOKE_FILE_TOO_LARGE, and those of writeFile
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT where `edits` is no array or an option is wrong; ABORT_ERR before the first replace
 */
export async function writeSnippets(
  context: OperationContext,
  edits: readonly SnippetEdit[],
  options?: EditOptions,
): Promise<Settled<EditResult>[]> {
  const operation = 'writeSnippets';
  const { call, isPreview, items } = checkedFirst(() => {
    const { call, options: given } = checkMutationOptions(operation, options, ['dryRun'], context.options);
    const isPreview = optional(given.dryRun, false, (value) => checkBoolean(operation, 'dryRun', value));
    return { call, isPreview, items: checkArray(operation, 'edits', edits) };
  });
  return inMutationScope(context, call, (scope) =>
    inTurn(scope, async (turn) => {
      scope.trace?.setItems(items.length);
      const results: Settled<EditResult>[] = new Array(items.length);
      const { items: known } = await checkItems(scope, items, results, {
        read: (index, value) => readEdit(scope, index, value),
        bytesOf: ({ replacement }) => (typeof replacement === 'string' ? replacement.length : 0),
        check: (index, item) => checkEdit(scope, index, item),
      });
      const order = { followLast: true, awaitsParents: true };
      const identities = await turn.admit(
        known.map(({ path }) => path),
        order,
      );
      const files = groupByFile(operation, known, identities);
      const applicable = files.filter(({ edits: ofFile }) => !ofFile.isRefused);
      const changes = applicable.map(
        ({ edits: ofFile, identity }) => new FileChange(scope, ofFile, identity, isPreview),
      );
      const outcomes = await replaceFiles(
        scope,
        changes.map(({ replacement }) => replacement),
        {
          read: 'contents',
          preview: isPreview,
        },
      );
      for (const [position, change] of changes.entries()) change.settle(outcomes[position], results);
      for (const { edits: ofFile } of files) if (ofFile.isRefused) refuse(ofFile, results);
      return results;
    }),
  );
}

function readEdit(scope: MutationScope, index: number, value: unknown) {
  const keys = ['path', 'replacement', 'id', 'start', 'end', 'find', 'all', 'expectedHash'] as const;
  const item = checkItem(scope.call.operation, 'edits', index, value, keys);
  return { ...item, path: readPath(scope, item.path) };
}

/** @throws what is wrong with the path; anything else that is wrong is in `failure`, because it concerns the whole file */
function checkEdit(scope: MutationScope, index: number, item: ReturnType<typeof readEdit>): Edit {
  const { operation } = scope.call;
  const path = filePath(scope, item.path);
  const name = `edits[${index}]`;
  const none = { index, path, id: undefined, expectedHash: undefined, splice: undefined };
  try {
    return {
      index,
      path,
      id: optional(item.id, undefined, (id) => checkString(operation, `${name}.id`, id)),
      expectedHash: optional(item.expectedHash, undefined, (hash) =>
        checkHash(operation, `${name}.expectedHash`, hash),
      ),
      splice: checkSplice(operation, name, index, item),
      failure: undefined,
    };
  } catch (error) {
    return { ...none, failure: uncommitted(asPlokeIoError(error, operation)) };
  }
}

type EditMembers = { readonly [K in 'replacement' | 'start' | 'end' | 'find' | 'all' | 'expectedHash']?: unknown };

function checkSplice(operation: string, name: string, index: number, item: EditMembers): Splice {
  const replacement = Buffer.from(checkString(operation, `${name}.replacement`, item.replacement), 'utf8');
  const hasOffsets = item.start !== undefined || item.end !== undefined;
  if (hasOffsets === (item.find !== undefined)) {
    const which = hasOffsets ? 'both offsets and find' : 'neither offsets nor find';
    const message = `${name} has ${which}. Pass start, end and expectedHash, or find.`;
    throw invalidArgument(operation, message, { argument: name });
  }
  if (!hasOffsets) {
    const find = checkString(operation, `${name}.find`, item.find, { minLength: 1 });
    const all = optional(item.all, false, (value) => checkBoolean(operation, `${name}.all`, value));
    return { index, replacement, find: Buffer.from(find, 'utf8'), all };
  }
  if (item.expectedHash === undefined) {
    const message = `${name} has offsets without expectedHash. Pass the hash of the content that they were taken from.`;
    throw invalidArgument(operation, message, { argument: `${name}.expectedHash` });
  }
  if (item.all !== undefined) {
    throw invalidArgument(operation, `${name}.all has no meaning beside offsets. Leave it out.`, {
      argument: `${name}.all`,
    });
  }
  const start = checkInteger(operation, `${name}.start`, item.start);
  const end = checkInteger(operation, `${name}.end`, item.end);
  return { index, replacement, start, end };
}

/** Links to one file are one file; a path that cannot be identified stands for itself. */
function groupByFile(operation: string, edits: readonly Edit[], identities: readonly Identity[]) {
  const groups = new Map<string, { readonly identity: Identity; readonly edits: Edit[] }>();
  for (const [position, edit] of edits.entries()) {
    const identity = identities[position];
    if (!identity) throw internalError(operation, 'a path was not identified');
    const key = identity.key ?? textKey(edit.path.path);
    const group = groups.get(key);
    if (group) group.edits.push(edit);
    else groups.set(key, { identity, edits: [edit] });
  }
  return [...groups.values()].flatMap(({ identity, edits: ofFile }) => {
    const [first] = ofFile;
    return first ? [{ identity, edits: new FileEdits(operation, first.path, ofFile) }] : [];
  });
}

function refuse(file: FileEdits, results: Settled<EditResult>[]): void {
  for (const edit of file.edits) {
    const reason = file.reasonFor(edit, internalError('writeSnippets', 'edits were refused without a reason'));
    results[edit.index] = { status: 'rejected', reason: uncommitted(reason) };
  }
}

/** The one replace of a file. */
class FileChange {
  readonly replacement: Replacement;
  readonly #scope: MutationScope;
  readonly #file: FileEdits;
  readonly #isPreview: boolean;
  #preview: Pick<DryRun, 'hash' | 'preview'> | undefined;

  constructor(scope: MutationScope, file: FileEdits, identity: Identity, isPreview: boolean) {
    this.#scope = scope;
    this.#file = file;
    this.#isPreview = isPreview;
    this.replacement = {
      path: file.path,
      identity,
      mode: TargetMode.replace,
      parents: false,
      decide: (found) => this.#decide(found),
    };
  }

  settle(outcome: ReplaceOutcome | undefined, results: Settled<EditResult>[]): void {
    const done = this.#outcomeOfFile(outcome);
    for (const edit of this.#file.edits) {
      if (done.status === 'rejected') {
        results[edit.index] = { status: 'rejected', reason: uncommitted(this.#file.reasonFor(edit, done.reason)) };
        continue;
      }
      const value: EditResult = done.value.applied ? { ...done.value, ...this.#file.effectOf(edit.index) } : done.value;
      results[edit.index] = { status: 'fulfilled', value: { ...identified(edit), ...value, path: edit.path.path } };
    }
  }

  /** Once for all its edits: the file changed once. */
  #outcomeOfFile(outcome: ReplaceOutcome | undefined) {
    const { path } = this.#file;
    if (this.#preview && outcome?.status === 'left') {
      const value = { applied: false, path: path.path, ...this.#preview } as const;
      return { status: 'fulfilled', value } as const;
    }
    try {
      const value = { ...writeResult(this.#scope, { path, id: undefined }, outcome), applied: true } as const;
      return { status: 'fulfilled', value } as const;
    } catch (error) {
      const { reason } = rejected(error, this.#scope.call.operation);
      return { status: 'rejected', reason } as const;
    }
  }

  #decide({ contents, hash }: Found): Decision {
    // Anything but a regular file was refused when the target was opened.
    if (!contents || hash === null)
      throw internalError(this.#scope.call.operation, 'a file was opened without its content');
    const data = this.#file.apply(contents, hash);
    if (!this.#isPreview) return { action: 'commit', data, mode: -1, verify: hash };
    this.#preview = { hash: hashContent(data), preview: previewDiff(this.#file.path.path, contents, data) };
    return { action: 'leave' };
  }
}
