import { performance } from 'node:perf_hooks';
import { Hints } from './hints.js';

/** As long as changes keep coming, looks begin no faster than this where events wait anyway. */
const longestPauseMs = 25;
/** After which what could not be looked at for lack of descriptors is tried again. */
const retryMs = 50;

export interface LooksOptions {
  /** Milliseconds for which events wait in any case. */
  readonly debounceMs: number;
  /** Adds what the system has told until now. */
  readonly take: (hints: Hints) => void;
  /** Looks at what the hints name; gives those that have to wait. */
  readonly look: (hints: Hints) => Promise<Hints>;
  /** After each look; `isSettled`: there is nothing left to look at. */
  readonly ended: (isSettled: boolean) => void;
  /** Whether a call of this thread is changing something: its end will wake whoever waits for it. */
  readonly isHeld: () => boolean;
  readonly failed: (error: unknown) => void;
}

/** When the disk is looked at: one look at a time, the next when there are hints. */
export class Looks {
  readonly #options: LooksOptions;
  #hints = new Hints();
  #postponed = new Hints();
  #isScheduled = false;
  #isLooking = false;
  #isClosed = false;
  #lastEnd = 0;
  #timer: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting: (() => void)[] = [];

  constructor(options: LooksOptions) {
    this.#options = options;
  }

  /** Adds hints; they are looked at soon. */
  hint(add: (hints: Hints) => void): void {
    if (this.#isClosed) return;
    add(this.#hints);
    this.#schedule(false);
  }

  /** There may be hints to take. */
  wake(): void {
    this.#schedule(false);
  }

  /**
   * Takes what the system has told until now, before anything is told of the last look: whoever hears of that will see what
   * these hints are about. So what is found to be the same when they are looked at is the same.
   */
  takeBeforeTelling(): void {
    const late = new Hints();
    this.#options.take(late);
    this.#hints.addAll(late, false);
    if (!late.isEmpty) this.#schedule(false);
  }

  /** Those who waited for the end of a change are looked at again. */
  resume(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (this.#postponed.isEmpty) return;
    this.#hints.addAll(this.#postponed);
    this.#postponed = new Hints();
    this.#schedule(false);
  }

  /** Work that no look may run beside; in the order of the calls. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Resolves when nothing is left to look at, or nothing will be any more. */
  async settled(): Promise<void> {
    this.#options.take(this.#hints);
    while (!this.#isClosed && !this.#isSettled) {
      // What is postponed waits for others: they wake it.
      if (!this.#hints.isEmpty && !this.#isLooking) this.#schedule(true);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
    this.#tellWaiting();
    await this.#turn;
  }

  get #isSettled(): boolean {
    return this.#hints.isEmpty && this.#postponed.isEmpty && !this.#isLooking;
  }

  #schedule(isUrgent: boolean): void {
    if (this.#isClosed || (this.#isScheduled && !isUrgent)) return;
    const pauseMs = Math.min(this.#options.debounceMs, longestPauseMs) - (performance.now() - this.#lastEnd);
    clearTimeout(this.#timer);
    if (pauseMs > 0 && !isUrgent) {
      this.#timer = setTimeout(() => this.#begin(), pauseMs).unref();
      this.#isScheduled = true;
    } else this.#begin();
  }

  #begin(): void {
    this.#isScheduled = true;
    this.#timer = undefined;
    void this.exclusively(() => this.#look());
  }

  async #look(): Promise<void> {
    this.#isScheduled = false;
    if (this.#isClosed) return;
    this.#isLooking = true;
    try {
      this.#options.take(this.#hints);
      const hints = this.#hints;
      this.#hints = new Hints();
      if (!hints.isEmpty) this.#postponed.addAll(await this.#options.look(hints));
    } catch (error) {
      this.#options.failed(error);
    } finally {
      this.#isLooking = false;
      this.#lastEnd = performance.now();
    }
    this.takeBeforeTelling();
    this.#options.ended(this.#isSettled);
    if (this.#hints.isEmpty && !this.#postponed.isEmpty && !this.#options.isHeld()) {
      this.#retry ??= setTimeout(() => this.resume(), retryMs);
    }
    this.#tellWaiting();
  }

  #tellWaiting(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
