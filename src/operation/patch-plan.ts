import { isUtf8 } from 'node:buffer';
import { contentMismatch } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { foreignText, wording } from '../errors/wording.js';
import type { FilePatch } from '../io/patch.js';
import { type HunkConflict, lineChanges, type PlacedHunk, placeHunks } from '../io/patch-placement.js';
import { changeLines, type LineChange, splitLines, type TextLine } from '../io/text-lines.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { ContentHash, HunkPlacement } from '../types.js';

/** One patch of a batch, or why it is none. */
export interface PlannedPatch {
  /** Within the batch. */
  readonly index: number;
  readonly path: ResolvedPath;
  readonly id: string | undefined;
  readonly expectedHash: ContentHash | undefined;
  readonly patch: FilePatch | undefined;
  /** What is wrong with its arguments: then no patch of its file is applied. */
  readonly failure: PlokeIoError | undefined;
}

interface OwnedChange extends LineChange {
  readonly patch: PlannedPatch;
}

const linesTold = 5;

/** The patches of one file, which succeed or fail together. */
export class FilePatches {
  readonly path: ResolvedPath;
  readonly patches: readonly PlannedPatch[];
  readonly #operation: string;
  readonly #minSimilarity: number;
  #failures = new Map<number, PlokeIoError>();
  #placements = new Map<number, readonly HunkPlacement[]>();

  constructor(operation: string, path: ResolvedPath, patches: readonly PlannedPatch[], minSimilarity: number) {
    this.#operation = operation;
    this.path = path;
    this.patches = patches;
    this.#minSimilarity = minSimilarity;
    for (const { index, failure } of patches) if (failure) this.#failures.set(index, failure);
    if (patches.length > 1) this.#refuseCompany();
    this.isRefused = this.#failures.size > 0;
  }

  /** What becomes of the file. */
  get kind(): FilePatch['kind'] {
    return this.patches[0]?.patch?.kind ?? 'modify';
  }

  get mode(): number | undefined {
    return this.patches[0]?.patch?.mode;
  }

  /** Whether a patch cannot be applied whatever the file holds. */
  readonly isRefused: boolean;

  /** The content of a file that is made. */
  create(): Uint8Array {
    const lines = this.patches.flatMap(({ patch }) => patch?.hunks ?? []).flatMap((hunk) => hunk.lines);
    const text = lines.map((line) => line.text + (line.isUnended ? '' : line.hasReturn ? '\r\n' : '\n')).join('');
    this.#place(this.patches, 0);
    return Buffer.from(text, 'utf8');
  }

  /**
   * The content with every patch applied to `base`; of a removal, nothing.
   *
   * @throws the reason of the first patch that fails; `reasonFor` has them all
   */
  apply(base: Uint8Array, hash: ContentHash): Uint8Array {
    this.#failures = new Map();
    this.#placements = new Map();
    for (const { index, path, expectedHash } of this.patches) {
      if (expectedHash === undefined || expectedHash === hash) continue;
      const facts = { operation: this.#operation, path: path.path, expectedHash, actualHash: hash };
      this.#failures.set(index, contentMismatch(facts));
    }
    this.#throwFirst();
    if (!isUtf8(base)) throw this.#notText();
    const text = Buffer.from(base.buffer, base.byteOffset, base.byteLength).toString('utf8');
    const lines = splitLines(text);
    const changes: OwnedChange[] = [];
    for (const planned of this.patches) {
      const placement = placeHunks(planned.patch ?? noPatch, lines.lines, this.#minSimilarity);
      if (placement.ok) {
        this.#placements.set(planned.index, placement.placed.map(placementOf));
        for (const placed of placement.placed) {
          for (const change of lineChanges(placed)) changes.push({ ...change, patch: planned });
        }
      } else this.#failures.set(planned.index, this.#conflict(planned, placement.conflict, hash));
    }
    this.#throwFirst();
    this.#checkOverlap(changes);
    this.#throwFirst();
    if (this.kind === 'remove') {
      this.#checkRemoval(lines.lines, hash);
      return new Uint8Array();
    }
    return Buffer.from(changeLines(lines, changes), 'utf8');
  }

  placementsOf(index: number): readonly HunkPlacement[] {
    return this.#placements.get(index) ?? [];
  }

  /** Why a patch was not applied: its own reason, else that of the first patch that failed, else `ofFile`. */
  reasonFor({ index, path }: PlannedPatch, ofFile: PlokeIoError): PlokeIoError {
    const own = this.#failures.get(index);
    const [culprit] = this.#failures;
    if (own || !culprit) return own ?? ofFile;
    const [culpritIndex, reason] = culprit;
    return new PlokeIoError({
      code: reason.code,
      message: `Not applied, because patch ${culpritIndex} of the same file failed (${reason.code})`,
      action:
        'The patches of one file are applied together or not at all: correct that one, or pass it in another call.',
      operation: this.#operation,
      path: path.path,
      actualHash: reason.actualHash,
      details: { failedPatch: culpritIndex },
    });
  }

  /** A patch that makes or removes the file leaves nothing for another one of the same call. */
  #refuseCompany(): void {
    for (const { index, path, patch } of this.patches) {
      if (!patch || patch.kind === 'modify') continue;
      this.#failures.set(
        index,
        new PlokeIoError({
          code: 'ERR_PLOKE_EDIT_OVERLAP',
          message: 'The patch makes or removes the file, and another one of this call is for the same file',
          action: 'Pass one of them in another call.',
          operation: this.#operation,
          path: path.path,
        }),
      );
    }
  }

  #place(patches: readonly PlannedPatch[], line: number): void {
    for (const { index, patch } of patches) {
      this.#placements.set(
        index,
        (patch?.hunks ?? []).map(() => ({ line: line + 1, offset: 0, similarity: 1 })),
      );
    }
  }

  #checkOverlap(changes: OwnedChange[]): void {
    changes.sort((a, b) => a.start - b.start || a.removed - b.removed);
    for (const [position, change] of changes.entries()) {
      const before = changes[position - 1];
      if (!before || before.patch === change.patch) continue;
      const isSamePlace = before.start === change.start && before.removed === 0 && change.removed === 0;
      if (!isSamePlace && before.start + before.removed <= change.start) continue;
      const { index, path } = change.patch;
      this.#failures.set(
        index,
        new PlokeIoError({
          code: 'ERR_PLOKE_EDIT_OVERLAP',
          message: `The patch changes the same lines as patch ${before.patch.index} of this call`,
          operation: this.#operation,
          path: path.path,
          details: { line: change.start + 1, otherPatch: before.patch.index },
        }),
      );
    }
  }

  /** Nothing may be left that the diff does not know. */
  #checkRemoval(lines: readonly TextLine[], hash: ContentHash): void {
    const [planned] = this.patches;
    const known = (planned?.patch?.hunks ?? []).reduce((sum, { old }) => sum + old.length, 0);
    if (!planned || known === lines.length) return;
    const hunk = planned.patch?.hunks[0];
    const failure = hunk
      ? this.#conflict(planned, { hunk, reason: 'not-found', candidates: [] }, hash)
      : contentMismatch({ operation: this.#operation, path: this.path.path, actualHash: hash });
    this.#failures.set(planned.index, failure);
    throw failure;
  }

  #conflict({ path, expectedHash }: PlannedPatch, { hunk, reason, candidates }: HunkConflict, hash: ContentHash) {
    const where = candidates.map(({ start }) => start + 1).join(', ');
    const why = {
      'not-found': 'fits nowhere in the file',
      'not-unique': `fits in more than one place, or no one place can be told to be the best: lines ${where}`,
      overlap: `fits only where, or before, an earlier hunk of the diff went: lines ${where}`,
    }[reason];
    const message = wording`Hunk ${hunk.index} (${foreignText(hunk.header)}) ${why}`;
    const { index, header, start, lines } = hunk;
    return new PlokeIoError({
      code: 'ERR_PLOKE_PATCH_CONFLICT',
      message,
      operation: this.#operation,
      path: path.path,
      expectedHash,
      actualHash: hash,
      details: {
        reason,
        hunk: { index, header, oldStart: start + 1, lines: lines.slice(0, linesTold).map(({ text }) => text) },
        candidates: candidates.map((candidate) => ({ line: candidate.start + 1, similarity: candidate.similarity })),
      },
    });
  }

  #throwFirst(): void {
    for (const failure of this.#failures.values()) throw failure;
  }

  #notText(): PlokeIoError {
    return new PlokeIoError({
      code: 'ERR_PLOKE_NOT_UTF8',
      message: 'The content is not valid UTF-8, so it has no lines to patch',
      action: 'Read it with encoding: "buffer" and replace it as a whole with writeFile().',
      operation: this.#operation,
      path: this.path.path,
    });
  }
}

const noPatch: FilePatch = { kind: 'modify', hunks: [], mode: undefined };

function placementOf({ hunk, start, similarity }: PlacedHunk): HunkPlacement {
  return { line: start + 1, offset: start - hunk.start, similarity };
}
