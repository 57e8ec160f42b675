import { LineSketches } from './patch-line-sketches.js';

/**
 * How alike two lines are, 0..1: 1 where they are equal, else the Sørensen–Dice coefficient of their pairs of neighbouring
 * UTF-16 code units (twice the pairs they share, over all pairs of both; Dice 1945). Its time is linear in their length.
 */
export function lineSimilarity(one: string, other: string): number {
  if (one === other) return 1;
  if (one.length < 2 || other.length < 2) return 0;
  const shared = isNarrow(one) && isNarrow(other) ? sharedNarrow(one, other) : sharedPairs(one, other);
  return (2 * shared) / (one.length + other.length - 2);
}

/** Of pairs of units below 256, by pair; all zero between two calls. Most lines are such, and a table is many times as fast. */
const narrowCounts = new Uint32Array(0x10000);

function isNarrow(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}

function sharedNarrow(one: string, other: string): number {
  const place = (text: string, at: number): number => text.charCodeAt(at - 1) * 0x100 + text.charCodeAt(at);
  for (let at = 1; at < one.length; at++) {
    const pair = place(one, at);
    narrowCounts[pair] = (narrowCounts[pair] ?? 0) + 1;
  }
  let shared = 0;
  for (let at = 1; at < other.length; at++) {
    const pair = place(other, at);
    const count = narrowCounts[pair] ?? 0;
    if (count === 0) continue;
    narrowCounts[pair] = count - 1;
    shared++;
  }
  for (let at = 1; at < one.length; at++) narrowCounts[place(one, at)] = 0;
  return shared;
}

function sharedPairs(one: string, other: string): number {
  const place = (text: string, at: number): number => text.charCodeAt(at - 1) * 0x10000 + text.charCodeAt(at);
  const counts = new Map<number, number>();
  for (let at = 1; at < one.length; at++) counts.set(place(one, at), (counts.get(place(one, at)) ?? 0) + 1);
  let shared = 0;
  for (let at = 1; at < other.length; at++) {
    const count = counts.get(place(other, at)) ?? 0;
    if (count === 0) continue;
    counts.set(place(other, at), count - 1);
    shared++;
  }
  return shared;
}

/** A line of what is looked for. */
export interface BlockLine {
  readonly text: string;
  /** Whether it is to be changed, so that what stands there in its place would be lost. */
  readonly isRemoved: boolean;
}

/** A place and what it is worth. */
export interface Candidate {
  /** 0-based line. */
  readonly start: number;
  readonly similarity: number;
}

/** Where a block may begin, and where it is said to. */
export interface Range {
  readonly first: number;
  readonly last: number;
  readonly expected: number;
}

export interface Matches {
  /** The best places, best first; of equals the nearest to the expected one. */
  readonly candidates: readonly Candidate[];
  /** Whether every place that is not among them is known to be worse than the best by more than the margin. */
  readonly isComplete: boolean;
}

/** Places that differ in similarity by no more than this are equally good. */
export const closeSimilarity = 0.05;
/** Places that are looked at first: those whose lines share the most text with the block, and those around the expected. */
const mostVoted = 32;
const nearby = 24;
/** A line that stands in more places than this tells nothing about where the block belongs. */
const mostPlacesOfLine = 200;
/** A step takes in the order of 10 nanoseconds, on the program's own thread: a search over a file ends in under a second. */
const mostSteps = 24_000_000;
/** What a code unit costs where two lines are compared in full. */
const stepsPerUnit = 4;

/**
 * Looks for the places of a file that are like given blocks. The similarity of a place, 0..1, is the lesser of two means of
 * `lineSimilarity`, line by line and weighted by the length of the block's lines (an empty line counts as one unit, so that
 * braces and blank lines decide little): that of all lines, and that of the lines that would be lost. So what somebody
 * else has rewritten is not overwritten because its surroundings are the same.
 *
 * The work on one file is limited. Where the limit is reached the answer is incomplete, and says so.
 */
export class SimilarPlaces {
  readonly #lines: readonly string[];
  #stepsLeft = mostSteps;
  #sketches: LineSketches | undefined;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  /** Places to tell of; those around the expected one, and those that have lines of the block. Never complete. */
  near(block: readonly BlockLine[], range: Range): Matches {
    const search = new BlockSearch(block, this.#lines, (steps) => this.#spend(steps));
    return { candidates: sorted(this.#likely(search, block, range), range), isComplete: false };
  }

  /** All places whose similarity is at least `minSimilarity` and close to the best one. */
  best(block: readonly BlockLine[], range: Range, minSimilarity: number): Matches {
    const search = new BlockSearch(block, this.#lines, (steps) => this.#spend(steps));
    const found = this.#likely(search, block, range);
    let best = 0;
    for (const { similarity } of found) best = Math.max(best, similarity);
    const known = new Set(found.map(({ start }) => start));
    const sketches = this.#sketchesOf(block);
    let isComplete = sketches !== undefined;
    for (let start = range.first; sketches && start <= range.last; start++) {
      const floor = Math.max(minSimilarity, best) - closeSimilarity;
      if (known.has(start) || !search.mayReach(floor, start, sketches)) continue;
      const similarity = search.similarityAt(start);
      if (similarity === undefined) {
        isComplete = false;
        break;
      }
      best = Math.max(best, similarity);
      if (similarity >= floor) found.push({ start, similarity });
    }
    return { candidates: sorted(found, range), isComplete };
  }

  #likely(search: BlockSearch, block: readonly BlockLine[], range: Range): Candidate[] {
    const found: Candidate[] = [];
    for (const start of this.#likelyPlaces(block, range)) {
      const similarity = search.similarityAt(start);
      if (similarity !== undefined) found.push({ start, similarity });
    }
    return found;
  }

  #likelyPlaces(block: readonly BlockLine[], { first, last, expected }: Range): Iterable<number> {
    const votes = new Map<number, number>();
    const places = this.#placesOf(block, first);
    for (const [offset, { text }] of block.entries()) {
      const known = places.get(text.trim());
      if (!known || known.length > mostPlacesOfLine) continue;
      for (const at of known) {
        const start = at - offset;
        if (start >= first && start <= last) votes.set(start, (votes.get(start) ?? 0) + text.length);
      }
    }
    const voted = [...votes].sort(([a, votesOfA], [b, votesOfB]) => votesOfB - votesOfA || a - b);
    const likely = new Set(voted.slice(0, mostVoted).map(([start]) => start));
    // Within the file: a diff may name any line, also one that cannot be counted to.
    const end = Math.min(last, expected + nearby);
    for (let start = Math.max(first, expected - nearby); start <= end; start++) likely.add(start);
    return likely;
  }

  /** Where the lines of a block stand, whatever their indentation. */
  #placesOf(block: readonly BlockLine[], first: number): Map<string, number[]> {
    const places = new Map<string, number[]>();
    for (const { text } of block) if (text.trim() !== '') places.set(text.trim(), []);
    if (!this.#spend(this.#lines.length * stepsPerUnit)) return places;
    for (let at = first; at < this.#lines.length; at++) {
      const known = places.get((this.#lines[at] ?? '').trim());
      if (known && known.length <= mostPlacesOfLine) known.push(at);
    }
    return places;
  }

  #sketchesOf(block: readonly BlockLine[]): LineSketches | undefined {
    if (!this.#sketches) {
      const units = this.#lines.reduce((sum, line) => sum + line.length + 1, 0);
      if (!this.#spend(units)) return undefined;
      this.#sketches = new LineSketches(this.#lines);
    }
    return this.#spend(block.length) ? this.#sketches : undefined;
  }

  /** false: there is not that much left. */
  #spend(steps: number): boolean {
    if (steps > this.#stepsLeft) return false;
    this.#stepsLeft -= steps;
    return true;
  }
}

function sorted(candidates: Candidate[], { expected }: Range): Candidate[] {
  const distance = ({ start }: Candidate): number => Math.abs(start - expected);
  return candidates.sort((a, b) => b.similarity - a.similarity || distance(a) - distance(b) || a.start - b.start);
}

/** One block, compared with one place after the other. */
class BlockSearch {
  readonly #block: readonly BlockLine[];
  readonly #lines: readonly string[];
  readonly #spend: (steps: number) => boolean;
  /** Lines of the block, the heaviest first: they decide soonest. */
  readonly #order: readonly { readonly offset: number; readonly weight: number; readonly isRemoved: boolean }[];
  readonly #weight: number;
  readonly #removedWeight: number;
  #ofBlock: LineSketches | undefined;

  constructor(block: readonly BlockLine[], lines: readonly string[], spend: (steps: number) => boolean) {
    this.#block = block;
    this.#lines = lines;
    this.#spend = spend;
    const order = block.map(({ text, isRemoved }, offset) => ({ offset, weight: Math.max(1, text.length), isRemoved }));
    this.#order = order.sort((a, b) => b.weight - a.weight || a.offset - b.offset);
    this.#weight = order.reduce((sum, { weight }) => sum + weight, 0);
    this.#removedWeight = order.reduce((sum, { weight, isRemoved }) => sum + (isRemoved ? weight : 0), 0);
  }

  /** undefined: the work is at its limit. */
  similarityAt(start: number): number | undefined {
    let all = 0;
    let removed = 0;
    for (const [offset, { text, isRemoved }] of this.#block.entries()) {
      const there = this.#lines[start + offset] ?? '';
      const steps =
        text.length === there.length && text === there ? 1 : (text.length + there.length) * stepsPerUnit + 1;
      if (!this.#spend(steps)) return undefined;
      const part = Math.max(1, text.length) * lineSimilarity(text, there);
      all += part;
      if (isRemoved) removed += part;
    }
    const ofAll = this.#weight === 0 ? 1 : all / this.#weight;
    return this.#removedWeight === 0 ? ofAll : Math.min(ofAll, removed / this.#removedWeight);
  }

  /** false: the place is certainly less alike than `floor`; true where that cannot be told, or the work is at its limit. */
  mayReach(floor: number, start: number, sketches: LineSketches): boolean {
    this.#ofBlock ??= new LineSketches(this.#block.map(({ text }) => text));
    // Sums of many fractions are a little off; a place at the very edge is compared in full.
    let left = (1 - floor) * this.#weight + 1e-6;
    let leftOfRemoved = (1 - floor) * this.#removedWeight + 1e-6;
    let steps = 0;
    for (const { offset, weight, isRemoved } of this.#order) {
      steps++;
      const lost = weight * (1 - this.#ofBlock.mostAlike(offset, sketches, start + offset));
      left -= lost;
      if (isRemoved) leftOfRemoved -= lost;
      if (left < 0 || leftOfRemoved < 0) return !this.#spend(steps);
    }
    return true;
  }
}
