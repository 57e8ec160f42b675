/** Words of 32 bits that stand for the pairs of a line. More of them tell lines apart better, and take more memory. */
const wordsPerLine = 4;
const bits = wordsPerLine * 32;

/**
 * What is needed of each line of a text to say, without a look at the line, how alike another one can be at most: its
 * length, and which of 128 classes its pairs of neighbouring code units belong to.
 */
export class LineSketches {
  readonly #lengths: Uint32Array;
  readonly #classes: Uint32Array;

  constructor(lines: readonly string[]) {
    this.#lengths = new Uint32Array(lines.length);
    this.#classes = new Uint32Array(lines.length * wordsPerLine);
    for (const [index, line] of lines.entries()) {
      this.#lengths[index] = line.length;
      for (let at = 1; at < line.length; at++) this.#mark(index, line.charCodeAt(at - 1), line.charCodeAt(at));
    }
  }

  /**
   * No less than the `lineSimilarity` of a line of this text and one of the other. A class that only one of them has stands
   * for at least one pair that they do not share.
   */
  mostAlike(index: number, other: LineSketches, otherIndex: number): number {
    const length = this.#lengths[index] ?? 0;
    const otherLength = other.#lengths[otherIndex] ?? 0;
    if (length < 2 || otherLength < 2) return length === otherLength ? 1 : 0;
    let onlyHere = 0;
    let onlyThere = 0;
    for (let word = 0; word < wordsPerLine; word++) {
      const here = this.#classes[index * wordsPerLine + word] ?? 0;
      const there = other.#classes[otherIndex * wordsPerLine + word] ?? 0;
      onlyHere += countOfOnes(here & ~there);
      onlyThere += countOfOnes(there & ~here);
    }
    const shared = Math.min(length - 1 - onlyHere, otherLength - 1 - onlyThere);
    return (2 * shared) / (length + otherLength - 2);
  }

  #mark(index: number, one: number, next: number): void {
    const place = (Math.imul(one * 31 + next, 0x9e3779b1) >>> 16) % bits;
    const word = index * wordsPerLine + (place >>> 5);
    this.#classes[word] = (this.#classes[word] ?? 0) | (1 << (place & 31));
  }
}

/** How many bits of a word of 32 are set: sums of neighbours, twice as wide each time. */
function countOfOnes(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
