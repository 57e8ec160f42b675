const shortestIntervalMs = 100;
const eraseLine = '\r\u001b[K';

/** One line at the bottom of a terminal that says how far long work is. Where standard error is no terminal: nothing. */
export class StatusLine {
  readonly #isTerminal: boolean;
  #isShown = false;
  #shownAtMs = Number.NEGATIVE_INFINITY;

  constructor(isWanted: boolean) {
    this.#isTerminal = isWanted && process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  }

  /** What comes sooner than a tenth of a second after the last is left out, so that it may be called for every item. */
  show(text: string): void {
    const nowMs = performance.now();
    if (!this.#isTerminal || nowMs - this.#shownAtMs < shortestIntervalMs) return;
    this.#shownAtMs = nowMs;
    this.#isShown = true;
    // A line that the terminal breaks would be erased in part only.
    process.stderr.write(eraseLine + text.slice(0, Math.max(0, (process.stderr.columns || 80) - 1)));
  }

  erase(): void {
    if (this.#isShown) process.stderr.write(eraseLine);
    this.#isShown = false;
  }
}
