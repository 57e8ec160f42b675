import type { FileBytes, Workspace } from '../types.js';

/** A file's hash, length and stamp without its content; of any size. */
export function hashFile(workspace: Workspace, path: string, signal: AbortSignal): Promise<FileBytes> {
  return workspace.readFile(path, { encoding: 'buffer', maxBytes: 0, signal });
}

/** Reads that are asked for at once; the workspace itself bounds how many run. */
const filesAtOnce = 64;

/**
 * Calls `each` for every path, some at once, and hands over the outcomes in the paths' order.
 *
 * @throws the reason of `signal`: an abort is no outcome of a file
 */
export async function* settleInOrder<T>(
  paths: readonly string[],
  each: (path: string) => Promise<T>,
  signal: AbortSignal,
): AsyncGenerator<readonly [path: string, outcome: PromiseSettledResult<T>], void, undefined> {
  for (let start = 0; start < paths.length; start += filesAtOnce) {
    const some = paths.slice(start, start + filesAtOnce);
    const outcomes = await Promise.allSettled(some.map(each));
    signal.throwIfAborted();
    for (const [index, outcome] of outcomes.entries()) yield [some[index] ?? '', outcome];
  }
}
