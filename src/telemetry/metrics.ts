import type { Metrics } from '../types.js';
import { Histogram } from './histogram.js';

/** Names beyond this are counted under `other`: a bug that makes names out of data must not eat the memory. */
const maxNames = 512;

/** Counters and histograms of one workspace, in memory only. Names are `area.what`, for example `read.bytes`. */
export class MetricsRegistry {
  readonly #counters = new Map<string, { value: number }>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #counted: (() => Readonly<Record<string, number>>)[] = [];

  /** Counters that are kept elsewhere, asked for at each snapshot. */
  addCounters(counted: () => Readonly<Record<string, number>>): void {
    this.#counted.push(counted);
  }

  count(name: string, by = 1): void {
    const counter = this.#counters.get(name) ?? this.#added(this.#counters, name, () => ({ value: 0 }));
    counter.value += by;
  }

  /** @param value at least 0; the unit is part of the name (`call.readFile.ms`) */
  observe(name: string, value: number): void {
    const histogram = this.#histograms.get(name) ?? this.#added(this.#histograms, name, () => new Histogram());
    histogram.add(value);
  }

  /** A copy; later counting does not change it. */
  snapshot(): Metrics {
    const own = Object.fromEntries([...this.#counters].map(([name, { value }]) => [name, value] as const));
    return {
      counters: Object.assign(own, ...this.#counted.map((counted) => counted())),
      histograms: Object.fromEntries(
        [...this.#histograms].map(([name, histogram]) => [name, histogram.summary()] as const),
      ),
    };
  }

  #added<T>(byName: Map<string, T>, name: string, make: () => T): T {
    const key = byName.size < maxNames ? name : 'other';
    const added = byName.get(key) ?? make();
    byName.set(key, added);
    return added;
  }
}
