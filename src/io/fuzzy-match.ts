/**
 * How alike two lines are, 0..1: 1 where they are equal, else the Sørensen–Dice coefficient of their pairs of neighbouring
 * UTF-16 code units (twice the pairs they share, over all pairs of both; Dice 1945). Its time is linear in their length.
 */
export function lineSimilarity(one: string, other: string): number {
  if (one === other) return 1;
  const pairs = one.length + other.length - 2;
  if (one.length < 2 || other.length < 2) return 0;
  const counts = new Map<number, number>();
  for (let at = 1; at < one.length; at++) {
    const pair = pairAt(one, at);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  let shared = 0;
  for (let at = 1; at < other.length; at++) {
    const pair = pairAt(other, at);
    const count = counts.get(pair) ?? 0;
    if (count === 0) continue;
    counts.set(pair, count - 1);
    shared++;
  }
  return (2 * shared) / pairs;
}

function pairAt(text: string, at: number): number {
  return text.charCodeAt(at - 1) * 0x10000 + text.charCodeAt(at);
}

/**
 * How alike a block is to the lines of a text from `start` on, 0..1: the mean of its lines' similarities, weighted by their
 * length (an empty line counts as one unit), so that braces and blank lines decide little. Lines beyond the end of the text
 * are like nothing.
 */
export function blockSimilarity(block: readonly string[], lines: readonly string[], start: number): number {
  let sum = 0;
  let weights = 0;
  for (const [offset, line] of block.entries()) {
    const weight = Math.max(1, line.length);
    const there = lines[start + offset];
    weights += weight;
    if (there !== undefined) sum += weight * lineSimilarity(line, there);
  }
  return weights === 0 ? 1 : sum / weights;
}

/** A place and what it is worth. */
export interface Candidate {
  /** 0-based line. */
  readonly start: number;
  readonly similarity: number;
}

/** More places than these are not compared in full: those that share the most text with the block come first. */
const mostCompared = 64;
/** A line that stands in more places than this tells nothing about where the block belongs. */
const mostPlacesOfLine = 200;
/** Lines around the expected place that are always compared. */
const nearby = 24;

/** The best places for a block at or after `from`, best first; of equals the nearest to `expected`. */
export function bestPlaces(
  block: readonly string[],
  lines: readonly string[],
  from: number,
  expected: number,
): Candidate[] {
  const last = lines.length - block.length;
  const candidates: Candidate[] = [];
  for (const start of likelyPlaces(block, lines, from, expected)) {
    if (start < from || start > last) continue;
    candidates.push({ start, similarity: blockSimilarity(block, lines, start) });
  }
  const distance = ({ start }: Candidate): number => Math.abs(start - expected);
  return candidates.sort((a, b) => b.similarity - a.similarity || distance(a) - distance(b) || a.start - b.start);
}

/** Places where lines of the block stand, by how much text they share; and those around the expected one. */
function likelyPlaces(
  block: readonly string[],
  lines: readonly string[],
  from: number,
  expected: number,
): Iterable<number> {
  const places = new Map<string, number[]>();
  const wanted = new Set(block.map((line) => line.trim()).filter((line) => line !== ''));
  for (let at = from; at < lines.length; at++) {
    const line = (lines[at] ?? '').trim();
    if (!wanted.has(line)) continue;
    const known = places.get(line);
    if (known) known.push(at);
    else places.set(line, [at]);
  }
  const votes = new Map<number, number>();
  for (const [offset, line] of block.entries()) {
    const known = places.get(line.trim());
    if (!known || known.length > mostPlacesOfLine) continue;
    for (const at of known) votes.set(at - offset, (votes.get(at - offset) ?? 0) + line.length);
  }
  const voted = [...votes].sort(([a, votesOfA], [b, votesOfB]) => votesOfB - votesOfA || a - b);
  const likely = new Set(voted.slice(0, mostCompared).map(([start]) => start));
  for (let start = expected - nearby; start <= expected + nearby; start++) likely.add(start);
  return likely;
}
