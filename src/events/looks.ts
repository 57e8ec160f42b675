import { performance } from 'node:perf_hooks';
import { Hints } from './hints.js';

/** As long as changes keep coming, looks begin no faster than this where events wait anyway. */
const longestPauseMs = 25;
/** After which what could not be looked at for lack of descriptors is tried again. */
const retryMs = 50;
/** The same for what calls of this thread are changing, should no end of theirs be told. */
const heldRetryMs = 1_000;

export interface LooksOptions {
  /** Milliseconds for which events wait in any case. */
  readonly debounceMs: number;
  /** Adds what the system has told until now. */
  readonly take: (hints: Hints) => void;
  /** Looks at what the hints name; gives those that have to wait. */
  readonly look: (hints: Hints) => Promise<Hints>;
  /** After each look. */
  readonly ended: () => void;
  /** Whether a call of this thread is changing something: its end will wake whoever waits for it. */
  readonly isHeld: () => boolean;
  /** Resolves when what is being changed now has been let go once. */
  readonly released: () => Promise<void>;
  /** Whether what the look was to see is worth another try. */
  readonly failed: (error: unknown) => boolean;
}

/** When the disk is looked at: one look at a time, the next when there are hints. */
export class Looks {
  readonly #options: LooksOptions;
  #hints = new Hints();
  #postponed = new Hints();
  #isScheduled = false;
  #isLooking = false;
  /** Looks are numbered. */
  #begun = 0;
  #ended = 0;
  /** Somebody was resumed in the middle of the look. */
  #isResumed = false;
  /** Hints that were postponed are among those of the next look. */
  #hasResumed = false;
  #isClosed = false;
  #lastEnd = 0;
  #timer: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting: (() => void)[] = [];
  readonly #closed: Promise<void>;
  #tellClosed = (): void => {};

  constructor(options: LooksOptions) {
    this.#options = options;
    this.#closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
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
    // What is being looked at may still have to wait for the change that has ended now.
    this.#isResumed = this.#isLooking;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (this.#postponed.isEmpty) return;
    this.#hints.addAll(this.#postponed);
    this.#postponed = new Hints();
    this.#hasResumed = true;
    this.#schedule(false);
  }

  /** Work that no look may run beside; in the order of the calls. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /**
   * Resolves when everything that was hinted at until now has been looked at, or nothing will be any more. What calls of
   * this thread are changing is looked at when they are done with what they do now.
   */
  async settled(): Promise<void> {
    await this.#lookOnce();
    if (this.#isClosed) return;
    // What the look gave back waits for calls of this thread, or has been resumed since.
    if (!this.#postponed.isEmpty) await Promise.race([this.#options.released(), this.#closed]);
    else if (!this.#hasResumed) return;
    await this.#lookOnce();
  }

  /** A whole look, with everything that is known now. */
  async #lookOnce(): Promise<void> {
    this.#options.take(this.#hints);
    this.#hints.addAll(this.#postponed);
    this.#postponed = new Hints();
    if (this.#hints.isEmpty && !this.#isLooking) return;
    // One that is under way has begun with less; without hints it is enough that it ends.
    const last = this.#begun + (this.#hints.isEmpty ? 0 : 1);
    while (!this.#isClosed && this.#ended < last) {
      if (!this.#isLooking) this.#schedule(true);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#tellClosed();
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
    this.#tellWaiting();
    await this.#turn;
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
    this.#isResumed = false;
    this.#hasResumed = false;
    const number = ++this.#begun;
    let hints = new Hints();
    try {
      this.#options.take(this.#hints);
      [hints, this.#hints] = [this.#hints, hints];
      const later = hints.isEmpty ? hints : await this.#options.look(hints);
      // Not before the look: what is postponed is another object by now, if somebody was resumed meanwhile.
      this.#postponed.addAll(later);
    } catch (error) {
      if (this.#options.failed(error)) this.#postponed.addAll(hints);
    } finally {
      this.#isLooking = false;
      this.#ended = number;
      this.#lastEnd = performance.now();
    }
    try {
      this.takeBeforeTelling();
      this.#options.ended();
    } catch (error) {
      this.#options.failed(error);
    }
    if (this.#isResumed) this.resume();
    else if (!this.#postponed.isEmpty) {
      const waitMs = this.#options.isHeld() ? heldRetryMs : retryMs;
      this.#retry ??= setTimeout(() => this.resume(), waitMs).unref();
    }
    this.#tellWaiting();
  }

  #tellWaiting(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
