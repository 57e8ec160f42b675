import { onAbort } from '../errors/make.js';

/** The end of a wait: its time is up, or its signal was aborted. */
export class WaitLimit {
  isOver: boolean;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #unsubscribe: () => void = () => undefined;
  #cancel: (() => void) | undefined;
  readonly #over: Promise<false>;
  #resolveOver: (over: false) => void = () => undefined;

  constructor(timeoutMs: number, signal: AbortSignal | undefined) {
    this.isOver = timeoutMs === 0 || signal?.aborted === true;
    this.#over = new Promise((resolve) => {
      this.#resolveOver = resolve;
    });
    if (this.isOver) {
      this.#resolveOver(false);
      return;
    }
    this.#timer = setTimeout(() => this.#end(), timeoutMs);
    if (signal) this.#unsubscribe = onAbort(signal, () => this.#end());
  }

  /** Whether `event` came before the end. */
  race(event: Promise<void>): Promise<boolean> {
    return this.isOver ? this.#over : Promise.race([event.then(() => true), this.#over]);
  }

  onOver(cancel: (() => void) | undefined): void {
    this.#cancel = cancel;
    if (this.isOver) cancel?.();
  }

  /** Nothing is left behind: no timer, no listener. */
  end(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe();
  }

  #end(): void {
    this.isOver = true;
    this.#cancel?.();
    this.#resolveOver(false);
  }
}
