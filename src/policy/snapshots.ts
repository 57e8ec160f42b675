import { invalidArgument } from '../errors/make.js';
import { memberOf } from '../errors/member-of.js';
import { givenValue, wording } from '../errors/wording.js';
import { nearestName } from './nearest-name.js';

/*
 * Objects and arrays of callers are read once, member by member, into objects of our own. A getter or a Proxy that answers
 * differently the second time cannot make the checked value and the used value differ, and one that throws is an argument
 * error, not a failure of ours.
 *
 * A member may be inherited, so that options can be instances of a class with getters, but not from Object.prototype.
 */

/** The members that were read; those that were undefined are absent. It has no prototype. */
export type Snapshot<Key extends string> = { readonly [K in Key]?: unknown };

/**
 * An options object. undefined stands for `{}`.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT for null, arrays and other non-objects; for an unknown member, naming the nearest
 * known one; for a member whose getter throws
 */
export function checkOptions<const Key extends string>(
  operation: string,
  value: unknown,
  allowedKeys: readonly Key[],
  member = 'options',
): Snapshot<Key> {
  if (value === undefined) return Object.create(null) as Snapshot<Key>;
  checkObject(operation, member, value);
  const own = guarded(operation, member, () => Object.keys(value));
  for (const key of own) {
    if ((allowedKeys as readonly string[]).includes(key)) continue;
    const nearest = nearestName(key, allowedKeys);
    throw invalidArgument(
      operation,
      wording`${member} has the unknown member ${givenValue(key)}. ${
        nearest === undefined
          ? `Known are: ${[...allowedKeys].join(', ')}.`
          : `Did you mean ${JSON.stringify(nearest)}?`
      }`,
      { argument: member },
    );
  }
  return readMembers(operation, member, value, allowedKeys);
}

/** An item of a batch, or a result fed back as one: unknown members are let pass. `list[index]` names it in errors. */
export function checkItem<const Key extends string>(
  operation: string,
  list: string,
  index: number,
  value: unknown,
  keys: readonly Key[],
): Snapshot<Key> {
  if (typeof value !== 'object' || value === null) checkObject(operation, `${list}[${index}]`, value);
  const snapshot: Record<string, unknown> = Object.create(null);
  try {
    for (const key of keys) {
      const read = memberOf(value as object, key);
      if (read !== undefined) snapshot[key] = read;
    }
  } catch (cause) {
    throw unreadable(operation, `${list}[${index}]`, cause);
  }
  return snapshot as Snapshot<Key>;
}

/** A copy of an array, so that later changes by the caller do not reach the call. `max` is the greatest length. */
export function checkArray(
  operation: string,
  member: string,
  value: unknown,
  { min = 0, max = 10_000_000 }: { readonly min?: number; readonly max?: number } = {},
): unknown[] {
  const isArray = guarded(operation, member, () => Array.isArray(value));
  if (!isArray) {
    throw invalidArgument(operation, wording`${member} is ${givenValue(value)}. Pass an array.`, { argument: member });
  }
  const given = value as readonly unknown[];
  const length = guarded(operation, member, () => given.length);
  if (!(length >= min && length <= max)) {
    const expected = length < min ? `at least ${min}` : `at most ${max}`;
    throw invalidArgument(operation, `${member} has ${length} elements. Pass ${expected}.`, { argument: member });
  }
  return guarded(operation, member, () => {
    const copy: unknown[] = new Array(length);
    // By index: an iterator of the caller's own might never end.
    for (let index = 0; index < length; index++) copy[index] = given[index];
    return copy;
  });
}

function readMembers<Key extends string>(
  operation: string,
  member: string,
  value: object,
  keys: readonly Key[],
): Snapshot<Key> {
  const snapshot: Record<string, unknown> = Object.create(null);
  let reading = '';
  try {
    for (const key of keys) {
      reading = key;
      const read = memberOf(value, key);
      if (read !== undefined) snapshot[key] = read;
    }
  } catch (cause) {
    throw unreadable(operation, `${member}.${reading}`, cause);
  }
  return snapshot as Snapshot<Key>;
}

function checkObject(operation: string, member: string, value: unknown): asserts value is object {
  const isObject =
    typeof value === 'object' && value !== null && !guarded(operation, member, () => Array.isArray(value));
  if (isObject) return;
  throw invalidArgument(operation, wording`${member} is ${givenValue(value)}. Pass an object.`, { argument: member });
}

/** Runs code that may end in a getter or a Proxy trap of the caller's. */
function guarded<T>(operation: string, member: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw unreadable(operation, member, cause);
  }
}

function unreadable(operation: string, member: string, cause: unknown): Error {
  return invalidArgument(
    operation,
    `${member} could not be read: its getter or its Proxy threw. Pass a plain object.`,
    { argument: member },
    cause,
  );
}
