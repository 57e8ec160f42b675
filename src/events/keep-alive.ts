/** As long as a timer can be set, 24.8 days; what it does is nothing. */
const longestDelayMs = 2 ** 31 - 1;

/** Keeps the process alive while somebody waits for an event, and only then. */
export class KeepAlive {
  #holds = 0;
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  hold(): void {
    if (this.#isEnded || this.#holds++ > 0) return;
    this.#timer ??= setInterval(() => {}, longestDelayMs);
    this.#timer.ref();
  }

  /** Undoes one `hold`. */
  release(): void {
    if (this.#isEnded || this.#holds === 0 || --this.#holds > 0) return;
    this.#timer?.unref();
  }

  /** Nothing is held any more, nor will be. Idempotent. */
  end(): void {
    this.#isEnded = true;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
