import { isUtf8 } from 'node:buffer';
import { contentMismatch } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { type Splice, type SpliceEffect, type SpliceFailure, splice } from '../io/splice.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { ContentHash } from '../types.js';

/** One edit of a batch, or why it is none. */
export interface Edit {
  /** Within the batch. */
  readonly index: number;
  readonly path: ResolvedPath;
  readonly id: string | undefined;
  readonly expectedHash: ContentHash | undefined;
  readonly splice: Splice | undefined;
  /** What is wrong with its arguments: then no edit of its file is applied. */
  readonly failure: PlokeIoError | undefined;
}

/** The edits of one file, which succeed or fail together. */
export class FileEdits {
  readonly path: ResolvedPath;
  readonly edits: readonly Edit[];
  readonly #operation: string;
  #failures = new Map<number, PlokeIoError>();
  #effects: ReadonlyMap<number, SpliceEffect> = new Map();
  /** The version that the edits by text were first looked up in. */
  #base: ContentHash | undefined;

  constructor(operation: string, path: ResolvedPath, edits: readonly Edit[]) {
    this.#operation = operation;
    this.path = path;
    this.edits = edits;
    for (const { index, failure } of edits) if (failure) this.#failures.set(index, failure);
  }

  /** Whether an edit cannot be applied whatever the file holds. */
  get isRefused(): boolean {
    return this.edits.some(({ failure }) => failure !== undefined);
  }

  /**
   * The content with every edit applied to `base`.
   *
   * @throws the reason of the first edit that fails; `reasonFor` has them all
   */
  apply(base: Uint8Array, hash: ContentHash): Uint8Array {
    this.#failures = new Map();
    for (const edit of this.edits) {
      const expectedHash = edit.expectedHash ?? this.#base;
      if (expectedHash !== undefined && expectedHash !== hash) this.#failures.set(edit.index, this.#stale(edit, hash));
    }
    this.#throwFirst();
    this.#base ??= hash;
    if (!isUtf8(base)) throw this.#notText();
    const result = splice(
      base,
      this.edits.flatMap((edit) => edit.splice ?? []),
    );
    if (result.ok) {
      this.#effects = result.effects;
      return result.content;
    }
    for (const { index, path } of this.edits) {
      const failure = result.failures.get(index);
      if (failure) this.#failures.set(index, this.#spliceError(path, failure));
    }
    this.#throwFirst();
    return base;
  }

  /** What an edit did; `start` in bytes of the base. */
  effectOf(index: number): SpliceEffect {
    return this.#effects.get(index) ?? { start: 0, removed: 0, added: 0 };
  }

  /** Why an edit was not applied: its own reason, else that of the first edit that failed, else `ofFile`. */
  reasonFor({ index, path }: Edit, ofFile: PlokeIoError): PlokeIoError {
    const own = this.#failures.get(index);
    const [culprit] = this.#failures;
    if (own || !culprit) return own ?? ofFile;
    const [culpritIndex, reason] = culprit;
    return new PlokeIoError({
      code: reason.code,
      message: `Not applied, because edit ${culpritIndex} of the same file failed (${reason.code})`,
      action: 'The edits of one file are applied together or not at all: correct that one, or pass it in another call.',
      operation: this.#operation,
      path: path.path,
      actualHash: reason.actualHash,
      details: { failedEdit: culpritIndex },
    });
  }

  #throwFirst(): void {
    for (const failure of this.#failures.values()) throw failure;
  }

  #stale({ path, expectedHash }: Edit, actualHash: ContentHash): PlokeIoError {
    return contentMismatch({
      operation: this.#operation,
      path: path.path,
      expectedHash: expectedHash ?? this.#base,
      actualHash,
    });
  }

  #notText(): PlokeIoError {
    return new PlokeIoError({
      code: 'ERR_PLOKE_NOT_UTF8',
      message: 'The content is not valid UTF-8, so it has no text to edit',
      action: 'Read it with encoding: "buffer" and replace it as a whole with writeFile().',
      operation: this.#operation,
      path: this.path.path,
    });
  }

  #spliceError(path: ResolvedPath, { code, message, details }: SpliceFailure): PlokeIoError {
    return new PlokeIoError({
      code,
      message: `${message.charAt(0).toUpperCase()}${message.slice(1)}`,
      operation: this.#operation,
      path: path.path,
      details,
    });
  }
}
