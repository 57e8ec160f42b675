import { onAbort } from '../errors/abort.js';

/**
 * Runs native work with a flag that becomes 1 when the signal is aborted; the addon looks at it before each item. The
 * listener is gone when `run` has settled. Without a signal there is no flag.
 */
export function withCancel<T>(
  signal: AbortSignal | undefined,
  run: (flag: Int32Array | null) => Promise<T>,
): Promise<T> {
  return signal ? withFlag(signal, run) : run(null);
}

async function withFlag<T>(signal: AbortSignal, run: (flag: Int32Array) => Promise<T>): Promise<T> {
  // Over a buffer of its own: V8 keeps the elements of small typed arrays on its heap, where they may be moved.
  const flag = new Int32Array(new ArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const unsubscribe = onAbort(signal, () => {
    // The addon's threads read it meanwhile.
    Atomics.store(flag, 0, 1);
  });
  try {
    return await run(flag);
  } finally {
    unsubscribe();
  }
}
