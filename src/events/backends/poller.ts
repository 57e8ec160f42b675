import { performance } from 'node:perf_hooks';

/** Of the time that passes a poller spends at most this part on looking. */
const largestShare = 0.05;
/** A timer that is so late was held up with the rest of the event loop. */
const stallMs = 1_000;

export interface PollerOptions {
  /** Milliseconds between the end of a look and the next, at the least. */
  readonly intervalMs: number;
  /** `stalled`: the event loop stood still meanwhile, so that callbacks of others may be missing. */
  readonly look: (stalled: boolean) => Promise<void>;
}

/**
 * Looks again and again. After a look that took long it waits longer, so that looking takes a twentieth of the time of one
 * core at most. It does not keep the process alive.
 */
export class Poller {
  readonly #options: PollerOptions;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #isClosed = false;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  start(): void {
    if (!this.#isRunning && !this.#isClosed) this.#wait(this.#options.intervalMs);
  }

  stop(): void {
    this.#isRunning = false;
    clearTimeout(this.#timer);
  }

  close(): void {
    this.#isClosed = true;
    this.stop();
  }

  #wait(ms: number): void {
    this.#isRunning = true;
    const due = performance.now() + ms;
    this.#timer = setTimeout(() => void this.#look(performance.now() - due > stallMs), ms).unref();
  }

  async #look(stalled: boolean): Promise<void> {
    const began = performance.now();
    await this.#options.look(stalled);
    const tookMs = performance.now() - began;
    if (this.#isRunning) this.#wait(Math.max(this.#options.intervalMs, tookMs * (1 / largestShare - 1)));
  }
}
