import { PlokeIoError, summaryOf } from '../errors/ploke-io-error.js';
import { hostSpelling } from '../platform/path-spelling.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { Warning } from '../types.js';
import type { ReadScope } from './read-scope.js';

/** Takes the warnings of a listing. */
export type Warn = (warning: Warning) => void;

/**
 * A path that a listing found. undefined, with a warning, where no operation takes it: because it is too long, or has a
 * name that is kept for ploke-io itself.
 */
export function resolveListed({ lease, operation }: ReadScope, path: string, warn: Warn): ResolvedPath | undefined {
  try {
    return lease.resolve(path, operation);
  } catch (error) {
    const isUnusable =
      error instanceof PlokeIoError && (error.code === 'ENAMETOOLONG' || error.code === 'ERR_PLOKE_INVALID_PATH');
    if (!isUnusable) throw error;
    warn({ code: error.code, message: summaryOf(error), path });
    return undefined;
  }
}

/** `name` is one name, in a directory that is spelt for callers. */
export function pathBelow(directory: string, name: string): string {
  return hostSpelling.join(directory, name);
}
