import type { ContentHash, EntryType } from '../types.js';

/** A change that a call of this thread has made, as watchers need it. */
export interface Commit {
  readonly outcome: 'created' | 'replaced' | 'removed' | 'renamed';
  /** `device:inode/name` of the directory and the name, links resolved; where parents were made, of the deepest that was there and the rest. */
  readonly key: string;
  /** Of a rename: of the old name. */
  readonly fromKey?: string | undefined;
  /** As the caller spells them, with the configured root; they may lead through links. */
  readonly path: string;
  readonly from?: string;
  readonly entryType: EntryType;
  /** Of what is there now; `''` where it is not known, or nothing is there. */
  readonly stamp: string;
  /** Of what was there; `''`: nothing. undefined: it is not known. */
  readonly replacedStamp: string | undefined;
  readonly hash: ContentHash | null;
  readonly origin: string;
}

export interface CommitListener {
  /** Something is about to be changed under these keys, or was until now and is not any more. */
  held(keys: readonly string[]): void;
  released(keys: readonly string[]): void;
  /** `source` is what made the change: a workspace. */
  committed(commit: Commit, source: object): void;
}

/**
 * The changes that calls of this thread make, told to every watcher of the thread: so that each can tell them from those of
 * others, whichever workspace makes them. What is between `hold` and its release is on its way: what the system shows of
 * it meanwhile is not yet to be judged.
 */
export class Commits {
  readonly #listeners = new Set<CommitListener>();
  readonly #held = new Map<string, number>();

  /** Whether anybody listens: otherwise nobody needs to say anything. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  listen(listener: CommitListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Gives the release, which is idempotent. */
  hold(keys: readonly string[]): () => void {
    if (!this.hasListeners || keys.length === 0) return nothing;
    for (const key of keys) this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
    for (const listener of this.#listeners) listener.held(keys);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      for (const key of keys) {
        const count = (this.#held.get(key) ?? 1) - 1;
        if (count > 0) this.#held.set(key, count);
        else this.#held.delete(key);
      }
      for (const listener of this.#listeners) listener.released(keys);
    };
  }

  /** Resolves when every key that is held now has been let go once. */
  async released(): Promise<void> {
    const keys = new Set(this.#held.keys());
    if (keys.size === 0) return;
    await new Promise<void>((resolve) => {
      const unlisten = this.listen({
        held: () => {},
        committed: () => {},
        released: (released) => {
          for (const key of released) keys.delete(key);
          if (keys.size > 0) return;
          unlisten();
          resolve();
        },
      });
    });
  }

  isHeld(key: string): boolean {
    return this.#held.has(key);
  }

  get heldCount(): number {
    return this.#held.size;
  }

  tell(commit: Commit, source: object): void {
    for (const listener of this.#listeners) listener.committed(commit, source);
  }
}

function nothing(): void {}

/** `device:inode/name` of a key that may go on below that name. */
export function firstOf(key: string): string {
  const end = key.indexOf('/', key.indexOf('/') + 1);
  return end < 0 ? key : key.slice(0, end);
}

/** Of this thread: like the order of mutations, it is shared by all its workspaces. */
export const commits = new Commits();
