import { packKnownFiles as pack } from '../io/known-files.js';
import type { KnownFile, KnownFileSet } from '../types.js';

/**
 * Packs a known state once, so that scanning it again costs no conversion. Immutable; iterates as `KnownFile`.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT
 */
export function packKnownFiles(known: Iterable<KnownFile>): KnownFileSet {
  return pack(known);
}
