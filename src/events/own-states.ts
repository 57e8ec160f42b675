import type { ContentHash } from '../types.js';

/** So many files are remembered; the one that was written least recently is forgotten first. */
const mostStates = 65_536;
const mostExpected = 4_096;

/** What calls of this thread have left in files, by the keys that commits carry. */
export class OwnStates {
  readonly #states = new Map<string, { readonly stamp: string; readonly hash: ContentHash | null }>();
  readonly #expected = new Map<string, { readonly origin: string; readonly isEcho: boolean }>();

  /** @param hash of the content; null: it is not known */
  remember(key: string, stamp: string, hash: ContentHash | null): void {
    this.#states.delete(key);
    this.#states.set(key, { stamp, hash });
    if (this.#states.size <= mostStates) return;
    for (const oldest of this.#states.keys()) {
      this.#states.delete(oldest);
      break;
    }
  }

  /** Nothing is there any more. */
  forget(key: string): void {
    this.#states.delete(key);
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
    return this.#states.get(key)?.stamp === stamp;
  }

  /** Of what a call has left in a file that has this stamp; null: it is not known, or no call has. */
  hashOf(key: string, stamp: string): ContentHash | null {
    const state = this.#states.get(key);
    return state?.stamp === stamp ? state.hash : null;
  }
}
