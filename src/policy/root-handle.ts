import { internalError, thrownError } from '../errors/make.js';
import type { PlokeIoError } from '../errors/ploke-io-error.js';
import type { NativeAddon } from '../native/addon.js';
import type { RootInfo } from '../native/batch.js';
import { failureFrom } from '../native/failure.js';
import { hostSpelling } from '../platform/path-spelling.js';

/** The handle of one configured root. */
export interface OpenRoot {
  /** As parsePathArgument has it. */
  readonly path: string;
  readonly info: RootInfo;
}

/**
 * The handle of each path, in the same order. Always a new one, also where an earlier table holds that path: what lies
 * there by now may be another directory, or the same one somewhere else. When one cannot be opened, the others are closed,
 * and the error is that of the first that failed.
 */
export async function openRoots(
  addon: NativeAddon,
  paths: readonly string[],
  operation: string,
): Promise<readonly OpenRoot[]> {
  const settled = await Promise.allSettled(paths.map(async (path) => ({ path, info: await addon.openRoot(path) })));
  const failed = settled.findIndex(({ status }) => status === 'rejected');
  const opened = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (failed < 0) return opened;
  for (const { info } of opened) addon.closeRoot(info.root);
  const result = settled[failed];
  const path = hostSpelling.spell(paths[failed] ?? '');
  throw rootFailure(addon, path, operation, result?.status === 'rejected' ? result.reason : undefined);
}

/** `openRoot` rejects with `{ status, syscall }`. */
function rootFailure(addon: NativeAddon, path: string, operation: string, reason: unknown): PlokeIoError {
  const { status, syscall } = (reason ?? {}) as { readonly status?: unknown; readonly syscall?: unknown };
  if (typeof status !== 'number' || typeof syscall !== 'number') {
    const error = thrownError(operation, reason);
    // That there was no thread for it is not about the path.
    if (error.severity !== 'internal') return error;
    const what = 'the addon failed to open a root and did not say why';
    return internalError(operation, reason instanceof Error ? reason : what, path);
  }
  return failureFrom(addon, status, syscall, { operation, path });
}
