// @ts-check
// What node:assert of Node 20 lacks: a comparison with a part of a value, and waiting for a condition.
import assert from 'node:assert/strict';
import { settings } from './settings.mjs';

/** A value that is described and not given. */
class Description {
  /** @param {string} words @param {(value: unknown) => boolean} holds */
  constructor(words, holds) {
    this.words = words;
    this.holds = holds;
  }
}

/** @param {string} words @param {(value: any) => boolean} holds @returns {any} */
export const that = (words, holds) => new Description(words, holds);

/** @param {string} type @returns {any} */
export const any = (type) => that(`any ${type}`, (value) => typeof value === type);

/** @param {readonly unknown[]} values @returns {any} */
export const oneOf = (...values) => that(`one of ${JSON.stringify(values)}`, (value) => values.includes(value));

/**
 * Of an object the members that are named are compared, of an array all elements; a regular expression matches a text.
 *
 * @param {unknown} actual @param {unknown} expected @param {string} [where]
 */
export function matches(actual, expected, where = 'the value') {
  if (expected instanceof Description) {
    assert.ok(expected.holds(actual), `${where} is ${inWords(actual)}, and not ${expected.words}`);
  } else if (expected instanceof RegExp) {
    assert.match(String(actual), expected, `${where} is ${inWords(actual)}, which ${expected} does not match`);
  } else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${where} is ${inWords(actual)}, and no array`);
    assert.equal(actual.length, expected.length, `${where} has ${actual.length} elements: ${inWords(actual)}`);
    expected.forEach((element, index) => {
      matches(actual[index], element, `${where}[${index}]`);
    });
  } else if (typeof expected === 'object' && expected !== null && !ArrayBuffer.isView(expected)) {
    assert.ok(typeof actual === 'object' && actual !== null, `${where} is ${inWords(actual)}, and no object`);
    for (const [name, member] of Object.entries(expected)) {
      matches(/** @type {Record<string, unknown>} */ (actual)[name], member, `${where}.${name}`);
    }
  } else {
    assert.deepEqual(actual, expected, `${where} is ${inWords(actual)}, and not ${inWords(expected)}`);
  }
}

/** @param {unknown} value */
function inWords(value) {
  if (value instanceof Error) return value.stack ?? value.message;
  const text = typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
  return text === undefined ? String(value) : text.slice(0, 1_000);
}

/**
 * @param {unknown} refused a promise that is to reject, or a function that is to throw
 * @param {unknown} expected a code, or members of the error
 * @returns {Promise<any>} the error
 */
export async function refuses(refused, expected) {
  let answer;
  try {
    answer = await (typeof refused === 'function' ? refused() : refused);
  } catch (error) {
    matches(error, typeof expected === 'string' ? { code: expected } : expected, 'the error');
    return error;
  }
  assert.fail(`refused with ${inWords(expected)} was expected, and it came back with ${inWords(answer)}`);
}

/** @param {readonly { status: string }[]} results @returns {string[]} `ok`, or the code of the error, of each */
export const outcomes = (results) =>
  results.map((result) => (result.status === 'fulfilled' ? 'ok' : /** @type {any} */ (result).reason.code));

/** Between two looks at a condition: nothing tells a process of what another one writes into a file, everywhere. */
const lookMs = 5;

/**
 * Looks until a condition holds.
 *
 * @template T
 * @param {() => T | undefined | false | null | Promise<T | undefined | false | null>} condition
 * @param {string} what it is waited for, for the message after 30 seconds
 * @returns {Promise<T>}
 */
export async function until(condition, what) {
  const deadline = performance.now() + 30_000 * settings.patience;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/** @template T @param {AsyncIterable<T>} items @returns {Promise<T[]>} */
export async function collect(items) {
  const collected = [];
  for await (const item of items) collected.push(item);
  return collected;
}
