import { isProxy } from 'node:util/types';
import { invalidArgument } from '../errors/make.js';
import { givenValue, wording } from '../errors/wording.js';
import { contentBytes } from '../native/content-bytes.js';
import { isContentHash } from '../native/hash-text.js';
import { isWellFormed } from '../native/text.js';
import type { ContentHash } from '../types.js';

/*
 * Checks of single values. Each takes the operation (for the error), the member's name as the caller knows it
 * (`maxBytes`, `requests[3].start`) and the value, and gives the value back with its type, or throws
 * ERR_PLOKE_INVALID_ARGUMENT. None of them takes undefined for a value: `optional` does.
 */

export { checkArray, checkItem, checkOptions } from './snapshots.js';

/** `check(value)`, or the fallback where the caller gave nothing. */
export function optional<T, F>(value: unknown, fallback: F, check: (present: unknown) => T): T | F {
  return value === undefined ? fallback : check(value);
}

/** What came and what is expected instead. */
export function badValue(operation: string, member: string, value: unknown, expected: string): Error {
  return invalidArgument(operation, wording`${member} is ${givenValue(value)}. Pass ${expected}.`, {
    argument: member,
  });
}

/** A safe integer between `min` (default 0) and `max`, both allowed; -0 becomes 0. */
export function checkInteger(
  operation: string,
  member: string,
  value: unknown,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: { readonly min?: number; readonly max?: number } = {},
): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value + 0;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw badValue(operation, member, value, `an integer ${range}`);
}

export function checkBoolean(operation: string, member: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw badValue(operation, member, value, 'true or false');
}

export function checkChoice<const T extends string>(
  operation: string,
  member: string,
  value: unknown,
  choices: readonly T[],
): T {
  if (typeof value === 'string' && (choices as readonly string[]).includes(value)) return value as T;
  throw badValue(operation, member, value, `one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`);
}

/** Well-formed text. `maxLength` counts UTF-16 units. */
export function checkString(
  operation: string,
  member: string,
  value: unknown,
  {
    minLength = 0,
    maxLength = Number.POSITIVE_INFINITY,
  }: { readonly minLength?: number; readonly maxLength?: number } = {},
): string {
  if (typeof value !== 'string') throw badValue(operation, member, value, 'a string');
  if (value.length < minLength || value.length > maxLength) {
    const most = maxLength === Number.POSITIVE_INFINITY ? '' : ` and at most ${maxLength}`;
    throw badValue(operation, member, value, `a string of at least ${minLength}${most} characters`);
  }
  if (isWellFormed(value)) return value;
  throw badValue(operation, member, value, 'a string without lone surrogates (see String.prototype.isWellFormed)');
}

const abortedGetter = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get;

/** A genuine AbortSignal, or undefined where none was given. */
export function checkSignal(operation: string, value: unknown, member = 'signal'): AbortSignal | undefined {
  if (value === undefined) return undefined;
  try {
    // Node 20 marks a signal by a symbol, which a Proxy passes on.
    if (!isProxy(value) && value instanceof AbortSignal && typeof abortedGetter?.call(value) === 'boolean')
      return value;
  } catch {
    // The getter of the class throws a TypeError for what only looks like a signal: it falls through to the refusal.
  }
  throw badValue(operation, member, value, 'an AbortSignal (controller.signal, AbortSignal.timeout())');
}

export function checkHash(operation: string, member: string, value: unknown): ContentHash {
  if (isContentHash(value)) return value;
  throw badValue(operation, member, value, 'a hash: "sha256-" and 64 lower-case hex digits, as results carry it');
}

/** Permission bits as chmod(2) takes them. */
export function checkMode(operation: string, member: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0o7777) return value + 0;
  throw badValue(operation, member, value, 'permission bits from 0 to 0o7777, for example 0o644');
}

/** The bytes of a content, copied: what the caller does to the buffer afterwards does not reach the file. */
export function checkData(operation: string, member: string, value: unknown): Uint8Array {
  const bytes = contentBytes(value);
  if (typeof bytes !== 'string') return bytes;
  throw invalidArgument(
    operation,
    wording`${member} is ${givenValue(value)}: ${bytes}. Pass a well-formed string, a Buffer or a Uint8Array.`,
    { argument: member },
  );
}

// biome-ignore lint/complexity/noBannedTypes: any function will do; the caller of this check knows the signature
export function checkFunction(operation: string, member: string, value: unknown): Function {
  if (typeof value === 'function') return value;
  throw badValue(operation, member, value, 'a function');
}
