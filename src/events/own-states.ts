/** So many files are remembered; the one that was written least recently is forgotten first. */
const mostStates = 65_536;
const mostExpected = 4_096;

/** What calls of this thread have left in files, by the keys that commits carry. */
export class OwnStates {
  readonly #stamps = new Map<string, string>();
  readonly #expected = new Map<string, { readonly origin: string; readonly isEcho: boolean }>();

  remember(key: string, stamp: string): void {
    this.#stamps.delete(key);
    this.#stamps.set(key, stamp);
    if (this.#stamps.size <= mostStates) return;
    for (const oldest of this.#stamps.keys()) {
      this.#stamps.delete(oldest);
      break;
    }
  }

  /** A file whose directory the index does not know yet: what it holds will be found there. */
  expect(stamp: string, origin: string, isEcho: boolean): void {
    this.#expected.set(stamp, { origin, isEcho });
    if (this.#expected.size <= mostExpected) return;
    for (const oldest of this.#expected.keys()) {
      this.#expected.delete(oldest);
      break;
    }
  }

  /** Who left a file like that, if a call of this thread did. */
  expected(stamp: string): { readonly origin: string; readonly isEcho: boolean } | undefined {
    return this.#expected.get(stamp);
  }

  is(key: string, stamp: string): boolean {
    return this.#stamps.get(key) === stamp;
  }
}
