import type { Metrics } from '../types.js';
import { Histogram } from './histogram.js';

/** Names beyond this are counted under `other`: a bug that makes names out of data must not eat the memory. */
const maxNames = 512;

/** Counters and histograms of one workspace, in memory only. Names are `area.what`, for example `read.bytes`. */
export class MetricsRegistry {
  readonly #counters = new Map<string, number>();
  readonly #histograms = new Map<string, Histogram>();

  count(name: string, by = 1): void {
    const counter = this.#bounded(this.#counters, name);
    this.#counters.set(counter, (this.#counters.get(counter) ?? 0) + by);
  }

  /** @param value at least 0; the unit is part of the name (`call.readFile.ms`) */
  observe(name: string, value: number): void {
    const key = this.#bounded(this.#histograms, name);
    let histogram = this.#histograms.get(key);
    if (!histogram) {
      histogram = new Histogram();
      this.#histograms.set(key, histogram);
    }
    histogram.add(value);
  }

  /** A copy; later counting does not change it. */
  snapshot(): Metrics {
    return {
      counters: Object.fromEntries(this.#counters),
      histograms: Object.fromEntries(
        [...this.#histograms].map(([name, histogram]) => [name, histogram.summary()] as const),
      ),
    };
  }

  #bounded(names: ReadonlyMap<string, unknown>, name: string): string {
    return names.has(name) || names.size < maxNames ? name : 'other';
  }
}
