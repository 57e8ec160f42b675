import { packKnownFiles as pack } from '../io/known-files.js';
import type { KnownFile, KnownFileSet } from '../types.js';

/**
 * Packs a known state once, so that scanning it again costs no conversion. Immutable; iterates as `KnownFile`.
 *
 * @example
 * ```ts
 * const files: KnownFile[] = [];
 * for await (const { path, hash, stamp } of workspace.listFiles({ hash: true })) files.push({ path, hash, stamp });
 * const { changes } = await workspace.scanChanges(packKnownFiles(files));
 * console.log(files.length, changes.length); // → 3 0
 * ```
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT
 */
export function packKnownFiles(known: Iterable<KnownFile>): KnownFileSet {
  return pack(known);
}
