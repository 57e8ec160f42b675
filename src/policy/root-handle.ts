import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { NativeAddon, RootInfo } from '../native/addon.js';
import { failureFrom } from '../native/failure.js';

/** The handle of one configured root, shared by the tables before and after a setRoots that keeps it. */
export class SharedRoot {
  #references = 1;

  constructor(
    readonly path: string,
    readonly info: RootInfo,
    private readonly addon: NativeAddon,
  ) {}

  retain(): this {
    this.#references++;
    return this;
  }

  release(): void {
    this.#references--;
    if (this.#references === 0) this.addon.closeRoot(this.info.root);
  }
}

/**
 * One reference to the handle of each path, in the same order: a kept one or a new one. When one cannot be opened, the
 * others are given back, and the error is that of the first that failed.
 */
export async function openRoots(
  addon: NativeAddon,
  paths: readonly string[],
  operation: string,
  kept: ReadonlyMap<string, SharedRoot>,
): Promise<readonly SharedRoot[]> {
  const settled = await Promise.allSettled(
    paths.map(async (path) => {
      const present = kept.get(path)?.retain();
      return present ?? new SharedRoot(path, await addon.openRoot(path), addon);
    }),
  );
  const failed = settled.findIndex(({ status }) => status === 'rejected');
  const opened = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (failed < 0) return opened;
  for (const root of opened) root.release();
  const result = settled[failed];
  throw rootFailure(addon, paths[failed] ?? '', operation, result?.status === 'rejected' ? result.reason : undefined);
}

/** `openRoot` rejects with `{ status, syscall }`. */
function rootFailure(addon: NativeAddon, path: string, operation: string, reason: unknown): PlokeIoError {
  const { status, syscall } = (reason ?? {}) as { readonly status?: unknown; readonly syscall?: unknown };
  if (typeof status !== 'number' || typeof syscall !== 'number') {
    return new PlokeIoError({
      code: 'ERR_PLOKE_INTERNAL',
      message: 'Bug in ploke-io: the addon failed to open a root and did not say why',
      operation,
      path,
      cause: reason,
    });
  }
  return failureFrom(addon, status, syscall, { operation, path });
}
