import { isDate, isProxy } from 'node:util/types';

/** Of a bad value at most this many characters are shown. */
const maxShownCharacters = 60;

/**
 * A bad value for an error message: what it is, quoted and shortened. It never throws and runs no code of the value's
 * (no toString, no getter), because the value may be made to do harm.
 *
 * @example describeValue('x'.repeat(100_000)) // '"xxxx…" (100000 characters)'
 */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return describeText(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      // Beyond this the conversion to decimal digits takes time in squares.
      return BigInt.asIntN(256, value) === value ? `${shorten(String(value))}n` : 'a huge bigint';
    case 'symbol':
      return 'a symbol';
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : describeObject(value);
    default:
      return String(value);
  }
}

/** A path within an error message: as it is, or quoted where it holds control characters; long ones lose their middle. */
export function describePath(path: string): string {
  const shown = path.length <= 300 ? path : `${path.slice(0, 150)}…${path.slice(-149)}`;
  // Line breaks and escape sequences would let a file name forge lines of a log or colour a terminal.
  return /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(shown) ? JSON.stringify(shown) : shown;
}

function describeText(text: string): string {
  if (text.length <= maxShownCharacters) return JSON.stringify(text);
  return `${JSON.stringify(shorten(text))} (${text.length} characters)`;
}

function shorten(text: string): string {
  return text.length <= maxShownCharacters ? text : `${text.slice(0, maxShownCharacters - 1)}…`;
}

function describeObject(value: object): string {
  // First of all: a Proxy would run code of the caller's, and a revoked one throws even for Array.isArray.
  if (isProxy(value)) return 'a Proxy';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (isDate(value)) return 'a Date';
  return ArrayBuffer.isView(value) ? 'a typed array or Buffer' : 'an object';
}
