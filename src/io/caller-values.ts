import { invalidArgument } from '../errors/make.js';
import { givenValue, wording } from '../errors/wording.js';

/**
 * Values of an iterable of the caller's.
 *
 * @param argument its name, and `items` what it is of, for errors
 * @throws ERR_PLOKE_INVALID_ARGUMENT for what its iterator throws, too
 */
export function* iterate(
  given: unknown,
  operation: string,
  argument: string,
  items: string,
): Generator<unknown, void, undefined> {
  let values: Iterator<unknown>;
  try {
    // A string is iterable too, but certainly a mistake.
    if (typeof given !== 'object') throw new TypeError('not an object');
    values = (given as Iterable<unknown>)[Symbol.iterator]();
  } catch (cause) {
    const message = wording`${argument} is ${givenValue(given)}. Pass an array or another iterable of ${items}.`;
    throw invalidArgument(operation, message, { argument }, cause);
  }
  for (;;) {
    let next: IteratorResult<unknown>;
    try {
      next = values.next();
      if (next.done) return;
    } catch (cause) {
      const message = `The iterator of ${argument} threw. Pass an array or another iterable of ${items}.`;
      throw invalidArgument(operation, message, { argument }, cause);
    }
    yield next.value;
  }
}

const hrefGetter = Object.getOwnPropertyDescriptor(URL.prototype, 'href')?.get;

/** URL objects can be changed, so whoever keeps one keeps a copy. The getter throws for what is no URL object. */
export function copyOfUrl(value: unknown): URL | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return new URL(hrefGetter?.call(value) as string);
  } catch {
    // TypeError of the getter: not a URL object.
    return undefined;
  }
}
