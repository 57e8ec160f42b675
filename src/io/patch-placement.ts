import { type BlockLine, type Candidate, closeSimilarity, type Range, SimilarPlaces } from './fuzzy-match.js';
import type { FilePatch, PatchHunk, PatchLine } from './patch.js';
import type { LineChange, TextLine } from './text-lines.js';

/** Where a hunk goes. */
export interface PlacedHunk {
  readonly hunk: PatchHunk;
  /** 0-based line of the base. */
  readonly start: number;
  readonly similarity: number;
  /** Whether its last line is that of the base, and has a line end there; undefined: it is not the last one. */
  readonly isEnded: boolean | undefined;
}

type Found = Omit<PlacedHunk, 'isEnded'>;

/** Why a hunk goes nowhere. */
export interface HunkConflict {
  readonly hunk: PatchHunk;
  /** `overlap`: its lines are only where, or before, an earlier hunk of the diff went. */
  readonly reason: 'not-found' | 'not-unique' | 'overlap';
  /** The nearest places, best first. */
  readonly candidates: readonly Candidate[];
}

export type Placement =
  | { readonly ok: true; readonly placed: readonly PlacedHunk[] }
  | { readonly ok: false; readonly conflict: HunkConflict };

const mostTold = 3;

/**
 * Places the hunks of a diff, in order, without overlap. A hunk goes
 *
 * 1. to the line that it names, moved as the hunk before it was, if its old lines are there exactly;
 * 2. else to the one place behind the hunk before where they are exactly; several are a conflict;
 * 3. else, with `minSimilarity` below 1, to the place that is most like them (see `SimilarPlaces`), if that is like enough
 *    and no other place of the file comes near it. Where the file is too large to be sure of that, it is a conflict.
 *
 * A hunk that says how the file ends goes to its end. What a diff removes is never guessed. Line ends, a byte order mark
 * and whether the last line has an end are not compared.
 */
export function placeHunks({ kind, hunks }: FilePatch, base: readonly TextLine[], minSimilarity: number): Placement {
  const file = new FilePlaces(
    base.map(({ text }) => text),
    kind === 'remove' ? 1 : minSimilarity,
  );
  const placed: PlacedHunk[] = [];
  let from = 0;
  let moved = 0;
  for (const hunk of hunks) {
    const found = file.place(hunk, from, hunk.start + moved);
    if ('reason' in found) return { ok: false, conflict: found };
    const isLast = found.start + hunk.old.length === base.length;
    placed.push({ ...found, isEnded: isLast ? base.at(-1)?.end !== '' : undefined });
    from = found.start + hunk.old.length;
    moved = found.start - hunk.start;
  }
  return { ok: true, placed };
}

class FilePlaces {
  readonly #lines: readonly string[];
  readonly #minSimilarity: number;
  readonly #similar: SimilarPlaces;

  constructor(lines: readonly string[], minSimilarity: number) {
    this.#lines = lines;
    this.#minSimilarity = minSimilarity;
    this.#similar = new SimilarPlaces(lines);
  }

  place(hunk: PatchHunk, from: number, expected: number): Found | HunkConflict {
    const block = hunk.old.map(({ text }) => text);
    const last = this.#lines.length - block.length;
    const isAtEnd = hunk.lines.some(({ isUnended }) => isUnended);
    const first = isAtEnd ? Math.max(from, last) : from;
    const isPossible = expected >= first && expected <= last;
    if (isPossible && isAt(block, this.#lines, expected)) return { hunk, start: expected, similarity: 1 };
    // Lines that nothing surrounds belong where they are said to belong, or nowhere.
    if (block.length === 0) return { hunk, reason: 'not-found', candidates: [] };

    const range = { first, last, expected };
    const exact = exactPlaces(block, this.#lines, first);
    const [only] = exact;
    if (only !== undefined && exact.length === 1) return { hunk, start: only, similarity: 1 };
    if (exact.length > 1) return { hunk, reason: 'not-unique', candidates: nearest(exact, expected) };
    const before = exactPlaces(block, this.#lines, 0).filter((start) => start < from);
    if (before.length > 0) return { hunk, reason: 'overlap', candidates: nearest(before, expected) };
    return this.#guess(hunk, range);
  }

  #guess(hunk: PatchHunk, range: Range): Found | HunkConflict {
    const block = hunk.old.map(({ kind, text }): BlockLine => ({ text, isRemoved: kind === 'removed' }));
    const isAllowed = this.#minSimilarity < 1;
    const { candidates, isComplete } = isAllowed
      ? this.#similar.best(block, range, this.#minSimilarity)
      : this.#similar.near(block, range);
    const [best] = candidates;
    const told = candidates.slice(0, mostTold);
    if (!isAllowed || !best || best.similarity < this.#minSimilarity) {
      return { hunk, reason: 'not-found', candidates: told };
    }
    const rivals = candidates.filter(({ similarity }) => similarity >= best.similarity - closeSimilarity);
    if (rivals.length > 1) return { hunk, reason: 'not-unique', candidates: rivals.slice(0, mostTold) };
    if (!isComplete) return { hunk, reason: 'not-unique', candidates: told };
    return { hunk, start: best.start, similarity: best.similarity };
  }
}

function isAt(block: readonly string[], lines: readonly string[], start: number): boolean {
  return block.every((line, offset) => lines[start + offset] === line);
}

/**
 * Where a block is exactly, at or after `first`. No line is looked at again for each line of the block, however often they
 * repeat (Knuth, Morris and Pratt 1977). The end of the list is enough to tell that there are several.
 */
function exactPlaces(block: readonly string[], lines: readonly string[], first: number): number[] {
  const found: number[] = [];
  const borders = bordersOf(block);
  let matched = 0;
  for (let at = first; at < lines.length && found.length <= mostTold; at++) {
    while (matched > 0 && block[matched] !== lines[at]) matched = borders[matched - 1] ?? 0;
    if (block[matched] === lines[at]) matched++;
    if (matched < block.length) continue;
    found.push(at - matched + 1);
    matched = borders[matched - 1] ?? 0;
  }
  return found;
}

/** For each line of a block, how many of its first lines are also the last ones up to there. */
function bordersOf(block: readonly string[]): number[] {
  const borders = [0];
  let matched = 0;
  for (let at = 1; at < block.length; at++) {
    while (matched > 0 && block[at] !== block[matched]) matched = borders[matched - 1] ?? 0;
    if (block[at] === block[matched]) matched++;
    borders.push(matched);
  }
  return borders;
}

function nearest(starts: readonly number[], expected: number): Candidate[] {
  const sorted = [...starts].sort((a, b) => Math.abs(a - expected) - Math.abs(b - expected) || a - b);
  return sorted.slice(0, mostTold).map((start) => ({ start, similarity: 1 }));
}

/**
 * What placed hunks change, line by line: context stays as the base has it, whatever the diff says. Where the diff leaves the
 * end of the file as it was, its last line has an end if that of the base has one.
 */
export function lineChanges({ hunk, start, isEnded }: PlacedHunk): LineChange[] {
  const changes: LineChange[] = [];
  const isReturned = commonReturn(hunk.old);
  const after = hunk.lines.filter(({ kind }) => kind !== 'removed');
  const isEndChanged = isUnended(hunk.old) !== isUnended(after);
  const isEndTold = isEndChanged || isEnded !== undefined;
  const asInBase = (line: PatchLine): PatchLine => ({ ...line, isUnended: isEnded === false && line === after.at(-1) });
  let at = start;
  let added: PatchLine[] = [];
  let removed = 0;
  const flush = (): void => {
    if (added.length > 0 || removed > 0) changes.push({ start: at - removed, removed, added, isReturned, isEndTold });
    added = [];
    removed = 0;
  };
  for (const line of hunk.lines) {
    if (line.kind === 'added') added.push(isEndChanged ? line : asInBase(line));
    else if (line.kind === 'removed') {
      removed++;
      at++;
    } else {
      flush();
      at++;
    }
  }
  flush();
  return changes;
}

function isUnended(lines: readonly PatchLine[]): boolean {
  return lines.at(-1)?.isUnended === true;
}

/** Whether the old lines of a diff end in CR LF, all or none; undefined: they differ, so that each is meant as it is. */
function commonReturn(old: readonly PatchLine[]): boolean | undefined {
  const returned = old.filter(({ hasReturn }) => hasReturn).length;
  if (returned === 0) return false;
  return returned === old.length ? true : undefined;
}
