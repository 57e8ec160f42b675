import { isSharedArrayBuffer, isUint8Array } from 'node:util/types';
import { isWellFormed } from './text.js';

/**
 * The bytes of a content that a caller gave, in memory of their own; or, as a text, what is wrong with it.
 * They are copied because native threads read them later: a caller who changes the buffer meanwhile would tear the write.
 */
export function contentBytes(value: unknown): Uint8Array | string {
  if (typeof value === 'string') {
    if (!isWellFormed(value)) return 'a string with a lone surrogate, which UTF-8 cannot hold';
    return Buffer.from(value, 'utf8');
  }
  // Buffer is a Uint8Array; the test looks at the internal slot, so a Proxy or a forged prototype does not pass it.
  if (!isUint8Array(value)) return 'neither a string nor a Uint8Array';
  if (isSharedArrayBuffer(bufferOf(value)))
    return 'a Uint8Array over shared memory, which may change while it is written';
  try {
    // The constructor reads the internal slots, not members that a subclass may override; a detached buffer is a TypeError.
    return new Uint8Array(value);
  } catch {
    return 'a Uint8Array whose memory is gone (detached or transferred)';
  }
}

const bufferGetter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'buffer')?.get;

function bufferOf(view: Uint8Array): unknown {
  return bufferGetter?.call(view);
}
