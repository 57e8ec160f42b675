import { type FSWatcher, watch } from 'node:fs';

/** Watches one directory, not what is below it, until it is disposed of. */
export interface WatchFor extends AsyncDisposable {
  /** Whether an event names the file, by now or within the time; null where nothing can be watched. */
  sees(name: string): Promise<boolean | null>;
  /** Why nothing is watched: a code of the system. */
  failure(): string | null;
}

/**
 * Through `fs.watch`, which is inotify on Linux: what the native backend is told by. An abort ends the waiting.
 *
 * @param timeoutMs from the question on
 */
export function watchFor(directory: string, timeoutMs: number, signal: AbortSignal | undefined): WatchFor {
  const names = new Set<string>();
  let failure: string | null = null;
  let settle: (() => void) | undefined;
  let watcher: FSWatcher | undefined;
  const fail = (error: unknown): void => {
    failure = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    settle?.();
  };
  try {
    watcher = watch(directory, { persistent: false }, (_event, name) => {
      if (name === null) return;
      names.add(name);
      settle?.();
    });
    watcher.on('error', fail);
  } catch (error) {
    // ENOSPC, EMFILE: the limits of inotify. ENOSYS and others: there is nothing to watch with.
    fail(error);
  }
  const sees = (name: string): Promise<boolean | null> =>
    new Promise((resolve) => {
      const answer = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', answer);
        settle = undefined;
        resolve(failure === null ? names.has(name) : null);
      };
      const timer = setTimeout(answer, timeoutMs);
      signal?.addEventListener('abort', answer);
      settle = () => {
        if (failure !== null || names.has(name)) answer();
      };
      if (signal?.aborted) answer();
      else settle();
    });
  return {
    sees,
    failure: () => failure,
    [Symbol.asyncDispose]: async () => watcher?.close(),
  };
}
