import { PlokeIoError } from './ploke-io-error.js';

/**
 * ABORT_ERR with the name AbortError and the signal's reason as its cause.
 *
 * @param committed given where what was asked for is in force all the same
 */
export function abortError(signal: AbortSignal, operation: string, path?: string, committed?: true): PlokeIoError {
  return new PlokeIoError({
    code: 'ABORT_ERR',
    message: 'The operation was aborted',
    action: '',
    operation,
    path,
    committed,
    cause: signal.reason,
  });
}

/** @throws ABORT_ERR when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined, operation: string, path?: string): void {
  if (signal?.aborted) throw abortError(signal, operation, path);
}

/**
 * What `work` comes to, or ABORT_ERR as soon as the signal aborts: the work goes on then, only the waiting for it ends.
 * `path` and `committed` are the error's, see abortError.
 */
export function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  operation: string,
  path?: string,
  committed?: true,
): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const unsubscribe = onAbort(signal, () => reject(abortError(signal, operation, path, committed)));
    work.then(resolve, reject).finally(unsubscribe);
  });
}

interface SignalListener {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const listeners = new WeakMap<AbortSignal, SignalListener>();

/**
 * Calls `callback` once when the signal is aborted; at once if it is already. The function that comes back undoes it.
 *
 * All callbacks of a signal share one listener: Node's EventTarget looks through all listeners at each addEventListener,
 * so ten thousand calls with one signal would cost time in squares, and it warns of a leak from the eleventh on.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => {};
  }
  const entry = listeners.get(signal) ?? listen(signal);
  // A closure of its own, so that the same callback given twice is two subscriptions.
  const subscription = (): void => callback();
  entry.callbacks.add(subscription);
  return () => {
    if (!entry.callbacks.delete(subscription) || entry.callbacks.size > 0) return;
    signal.removeEventListener('abort', entry.listener);
    if (listeners.get(signal) === entry) listeners.delete(signal);
  };
}

function listen(signal: AbortSignal): SignalListener {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    listeners.delete(signal);
    // Over the living set: what an earlier callback unsubscribes is not called any more.
    for (const callback of callbacks) {
      callbacks.delete(callback);
      callback();
    }
  };
  signal.addEventListener('abort', listener, { once: true });
  const entry = { callbacks, listener };
  listeners.set(signal, entry);
  return entry;
}
