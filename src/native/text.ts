/// <reference lib="es2024.string" />

/**
 * Whether text crosses to UTF-8 and back unchanged. A lone surrogate would become U+FFFD on the way, so another file
 * would be opened, or another content written, than the one that was named. Constant time for one-byte strings in V8.
 */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}
