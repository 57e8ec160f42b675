import { createHash } from 'node:crypto';
import { invalidArgument } from '../errors/make.js';
import { givenValue, wording } from '../errors/wording.js';
import { contentBytes } from '../native/content-bytes.js';
import { isContentHash } from '../native/hash-text.js';
import type { ContentHash } from '../types.js';

export { isContentHash };

/**
 * The hash of a content, as results carry it: SHA-256 (FIPS 180-4) of the bytes; text is hashed as its UTF-8.
 *
 * @example
 * ```ts
 * console.log(hashContent('').slice(0, 15)); // → sha256-e3b0c442
 * console.log(hashContent('é') === hashContent(Uint8Array.of(0xc3, 0xa9))); // → true
 * ```
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT for a lone surrogate, another type, shared or detached memory
 */
export function hashContent(data: string | Uint8Array): ContentHash {
  const bytes = contentBytes(data);
  if (typeof bytes === 'string') {
    throw invalidArgument(
      'hashContent',
      wording`data is ${givenValue(data)}: ${bytes}. Pass a well-formed string, a Buffer or a Uint8Array.`,
      { argument: 'data' },
    );
  }
  return `sha256-${createHash('sha256').update(bytes).digest('hex')}` as ContentHash;
}

/**
 * A hash from JSON, a database or the wire.
 *
 * @example
 * ```ts
 * const stored: string = JSON.parse(JSON.stringify(hashContent('one\ntwo\nthree\n')));
 * const { byteLength } = await workspace.readFile(`${root}/notes.txt`, { expectedHash: parseContentHash(stored) });
 * console.log(byteLength); // → 14
 * ```
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT when it is not `sha256-` and 64 lower-case hex digits
 */
export function parseContentHash(value: string): ContentHash {
  if (isContentHash(value)) return value;
  throw invalidArgument(
    'parseContentHash',
    wording`value is ${givenValue(value)}. Pass a hash: "sha256-" and 64 lower-case hex digits, as results carry it.`,
    { argument: 'value' },
  );
}
