/** Says of the keys that a call changes that they are being changed, but for the time in which it waits for others. */
export class KeyHold {
  readonly #hold: (keys: readonly string[]) => () => void;
  #keys: readonly string[] = [];
  #release: (() => void) | undefined;

  /** @param hold of the context */
  constructor(hold: (keys: readonly string[]) => () => void) {
    this.#hold = hold;
  }

  begin(keys: readonly string[]): void {
    this.#keys = keys;
    this.resume();
  }

  /** While nothing of the call is under way. */
  pause(): void {
    this.#release?.();
    this.#release = undefined;
  }

  resume(): void {
    if (this.#keys.length > 0) this.#release ??= this.#hold(this.#keys);
  }

  end(): void {
    this.pause();
    this.#keys = [];
  }
}
