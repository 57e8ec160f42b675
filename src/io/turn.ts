import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** Ends this turn of the event loop: timers, I/O and other callers run before the promise resolves. */
export async function letEventsRun(): Promise<void> {
  await setImmediate();
}

/** How long a loop keeps the event loop before others get their turn. */
const longestTurnMs = 8;

/** Divides a loop that works synchronously, for who knows how long, into turns of the event loop. */
export class Turns {
  #began = performance.now();

  /** Whether it is time for `next`. */
  get isOver(): boolean {
    return performance.now() - this.#began > longestTurnMs;
  }

  async next(): Promise<void> {
    await letEventsRun();
    this.#began = performance.now();
  }
}
