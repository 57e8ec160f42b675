/** So many files are remembered; the one that was written least recently is forgotten first. */
const mostStates = 65_536;

/** What calls of this thread have left in files, by the keys that commits carry. */
export class OwnStates {
  readonly #stamps = new Map<string, string>();

  remember(key: string, stamp: string): void {
    this.#stamps.delete(key);
    this.#stamps.set(key, stamp);
    if (this.#stamps.size <= mostStates) return;
    for (const oldest of this.#stamps.keys()) {
      this.#stamps.delete(oldest);
      break;
    }
  }

  is(key: string, stamp: string): boolean {
    return this.#stamps.get(key) === stamp;
  }

  clear(): void {
    this.#stamps.clear();
  }
}
