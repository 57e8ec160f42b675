import { performance } from 'node:perf_hooks';
import { letEventsRun } from './turn.js';

/** What is worked through before the event loop runs again. */
const bytesPerTurn = 4 * 1024 * 1024;
const stepsPerTurn = 2_048;
const msPerTurn = 8;
/** Steps between two looks at the clock. */
const stepsPerLook = 64;

/** Divides a loop over items into turns of the event loop, by what they weigh. */
export class Pace {
  #steps = 0;
  #bytes = 0;
  #began = performance.now();

  /** Counts a step before it is done; true: it is time to `rest` first, since those before were many, large or slow. */
  isDue(bytes: number): boolean {
    const isFull = this.#steps >= stepsPerTurn || (this.#steps > 0 && this.#bytes + bytes > bytesPerTurn);
    const isSlow = this.#steps % stepsPerLook === 0 || this.#bytes > 0 ? this.#elapsedMs() > msPerTurn : false;
    if (isFull || isSlow) this.#begin();
    this.#steps++;
    this.#bytes += bytes;
    return isFull || isSlow;
  }

  /** Ends the turn; the next one begins when it is our turn again. */
  async rest(): Promise<void> {
    await letEventsRun();
    this.#began = performance.now();
  }

  #elapsedMs(): number {
    return performance.now() - this.#began;
  }

  #begin(): void {
    this.#steps = 0;
    this.#bytes = 0;
  }
}
