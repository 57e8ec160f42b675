import { bestPlaces, type Candidate } from './fuzzy-match.js';
import type { FilePatch, PatchHunk, PatchLine } from './patch.js';
import type { LineChange, TextLine } from './text-lines.js';

/** Where a hunk goes. */
export interface PlacedHunk {
  readonly hunk: PatchHunk;
  /** 0-based line of the base. */
  readonly start: number;
  readonly similarity: number;
}

/** Why a hunk goes nowhere. */
export interface HunkConflict {
  readonly hunk: PatchHunk;
  readonly reason: 'not-found' | 'not-unique';
  /** The nearest places, best first. */
  readonly candidates: readonly Candidate[];
}

export type Placement =
  | { readonly ok: true; readonly placed: readonly PlacedHunk[] }
  | { readonly ok: false; readonly conflict: HunkConflict };

/** Two places that differ in similarity by no more than this are equally good: then neither is taken. */
const closeSimilarity = 0.05;
const mostTold = 3;

/**
 * Places the hunks of a diff, in order, without overlap. A hunk goes
 *
 * 1. to the line that it names, moved as the hunk before it was, if its old lines are there exactly;
 * 2. else to the one place behind the hunk before where they are exactly; several are a conflict;
 * 3. else, with `minSimilarity` below 1, to the place that is most like them (see `blockSimilarity`), if that is like enough
 *    and no other place comes near it.
 *
 * Line ends and a byte order mark are not compared.
 */
export function placeHunks({ hunks }: FilePatch, base: readonly TextLine[], minSimilarity: number): Placement {
  const lines = base.map(({ text }) => text);
  const placed: PlacedHunk[] = [];
  let from = 0;
  let moved = 0;
  for (const hunk of hunks) {
    const found = placeHunk(hunk, lines, from, hunk.start + moved, minSimilarity);
    if ('reason' in found) return { ok: false, conflict: found };
    placed.push(found);
    from = found.start + hunk.old.length;
    moved = found.start - hunk.start;
  }
  return { ok: true, placed };
}

function placeHunk(
  hunk: PatchHunk,
  lines: readonly string[],
  from: number,
  expected: number,
  minSimilarity: number,
): PlacedHunk | HunkConflict {
  const block = hunk.old.map(({ text }) => text);
  if (expected >= from && isAt(block, lines, expected)) return { hunk, start: expected, similarity: 1 };
  // Lines that nothing surrounds belong where they are said to belong, or nowhere.
  const exact = block.length === 0 ? [] : exactPlaces(block, lines, from);
  const [only] = exact;
  if (only !== undefined && exact.length === 1) return { hunk, start: only, similarity: 1 };
  if (exact.length > 1) {
    const nearest = [...exact].sort((a, b) => Math.abs(a - expected) - Math.abs(b - expected) || a - b);
    const candidates = nearest.slice(0, mostTold).map((start) => ({ start, similarity: 1 }));
    return { hunk, reason: 'not-unique', candidates };
  }
  const candidates = block.length === 0 ? [] : bestPlaces(block, lines, from, expected);
  const [best, second] = candidates;
  const told = candidates.slice(0, mostTold);
  if (!best || minSimilarity >= 1 || best.similarity < minSimilarity) {
    return { hunk, reason: 'not-found', candidates: told };
  }
  if (second && second.similarity > best.similarity - closeSimilarity) {
    return { hunk, reason: 'not-unique', candidates: told };
  }
  return { hunk, start: best.start, similarity: best.similarity };
}

function isAt(block: readonly string[], lines: readonly string[], start: number): boolean {
  return start + block.length <= lines.length && block.every((line, offset) => lines[start + offset] === line);
}

function exactPlaces(block: readonly string[], lines: readonly string[], from: number): number[] {
  const found: number[] = [];
  // More than these are told apart by nobody.
  for (let start = from; start + block.length <= lines.length && found.length <= mostTold; start++) {
    if (isAt(block, lines, start)) found.push(start);
  }
  return found;
}

/** What placed hunks change, line by line: context stays as the base has it, whatever the diff says. */
export function lineChanges({ hunk, start }: PlacedHunk): LineChange[] {
  const changes: LineChange[] = [];
  const isReturned = commonReturn(hunk.old);
  const isEndTold = hunk.lines.some(({ isUnended }) => isUnended);
  let at = start;
  let added: PatchLine[] = [];
  let removed = 0;
  const flush = (): void => {
    if (added.length > 0 || removed > 0) changes.push({ start: at - removed, removed, added, isReturned, isEndTold });
    added = [];
    removed = 0;
  };
  for (const line of hunk.lines) {
    if (line.kind === 'added') added.push(line);
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

/** Whether the old lines of a diff end in CR LF, all or none; undefined: they differ, so that each is meant as it is. */
function commonReturn(old: readonly PatchLine[]): boolean | undefined {
  const returned = old.filter(({ hasReturn }) => hasReturn).length;
  if (returned === 0) return false;
  return returned === old.length ? true : undefined;
}
