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

function bucketOf(value: number): number {
  if (value < smallest) return 0;
  const scaled = value / smallest;
  const power = Math.min(powers - 1, Math.floor(Math.log2(scaled)));
  const part = Math.min(partsPerPower - 1, Math.floor((scaled / 2 ** power - 1) * partsPerPower));
  return 1 + power * partsPerPower + Math.max(0, part);
}

function upperEnd(bucket: number): number {
  const power = Math.floor((bucket - 1) / partsPerPower);
  const part = (bucket - 1) % partsPerPower;
  return smallest * 2 ** power * (1 + (part + 1) / partsPerPower);
}
