import type { ContentHash } from '../types.js';

/** The text of a hash as the addon makes it, reads it and compares it: lower case, so that equality is `===`. */
const hashText = /^sha256-[0-9a-f]{64}$/;

export function isContentHash(value: unknown): value is ContentHash {
  return typeof value === 'string' && hashText.test(value);
}
