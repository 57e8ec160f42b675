export interface HistogramSummary {
  readonly count: number;
  readonly sum: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Parts that each power of two is cut into: a quantile is off by at most one part, 1/16 of the value. */
const partsPerPower = 16;
/** Values below this lie in the first bucket. */
const smallest = 2 ** -10;
/** 2^-10 to 2^54: microseconds (as parts of a millisecond) to the largest safe integer. */
const powers = 64;

/** Counts in buckets that grow with the value, so memory is fixed and nothing is kept of single values. */
export class Histogram {
  readonly #buckets = new Uint32Array(powers * partsPerPower + 1);
  #count = 0;
  #sum = 0;
  #max = 0;

  /** Negative numbers count as 0 (a clock that was set back); NaN and Infinity are not counted. */
  add(value: number): void {
    if (!Number.isFinite(value)) return;
    const counted = Math.max(0, value);
    const bucket = bucketOf(counted);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
    this.#sum += counted;
    this.#max = Math.max(this.#max, counted);
  }

  summary(): HistogramSummary {
    return {
      count: this.#count,
      sum: this.#sum,
      p50: this.#quantile(0.5),
      p99: this.#quantile(0.99),
      max: this.#max,
    };
  }

  /** The upper end of the bucket that holds the quantile, at most the greatest value seen. */
  #quantile(share: number): number {
    const rank = Math.ceil(this.#count * share);
    let seen = 0;
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      seen += this.#buckets[bucket] ?? 0;
      if (seen >= rank && seen > 0) return Math.min(this.#max, bucket === 0 ? smallest : upperEnd(bucket));
    }
    return 0;
  }
}

const double = new Float64Array(1);
const highWord = new Int32Array(double.buffer, 0, 2);
const highIndex = new Uint8Array(Int32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/**
 * The exponent of a double and the first four bits of its fraction stand side by side (IEEE 754): as one number they count
 * the parts from the smallest double on.
 */
function partOf(value: number): number {
  double[0] = value;
  return (highWord[highIndex] ?? 0) >>> 16;
}

const smallestPart = partOf(smallest);

function bucketOf(value: number): number {
  if (value < smallest) return 0;
  return 1 + Math.min(powers * partsPerPower - 1, partOf(value) - smallestPart);
}

function upperEnd(bucket: number): number {
  const power = Math.floor((bucket - 1) / partsPerPower);
  const part = (bucket - 1) % partsPerPower;
  return smallest * 2 ** power * (1 + (part + 1) / partsPerPower);
}
