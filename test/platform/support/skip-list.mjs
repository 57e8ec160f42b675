// @ts-check
// test/platform/skips.json: which tests a target may leave out, and why. Nothing else is ever skipped.
import { readFileSync } from 'node:fs';

/** @typedef {{ readonly target: string, readonly test: string, readonly reason: string }} Skip */

/** A `*` stands for any characters. @param {string} glob @returns {RegExp} */
export function patternOf(glob) {
  const literals = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`, 's');
}

/**
 * A malformed list is an error: it would silently allow or refuse the wrong tests.
 *
 * @param {URL | string} file @returns {readonly Skip[]}
 */
export function readSkipList(file) {
  const list = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(list)) throw new Error(`${file}: an array of { "target", "test", "reason" } is expected`);
  return list.map((entry, index) => {
    const members = ['target', 'test', 'reason'];
    const isWhole = members.every((member) => typeof entry?.[member] === 'string' && entry[member].trim() !== '');
    if (!isWhole || Object.keys(entry).length !== members.length) {
      throw new Error(`${file}: entry ${index} needs ${members.join(', ')}, and nothing else`);
    }
    return entry;
  });
}

/** @param {readonly Skip[]} list @param {string} target @returns {readonly Skip[]} */
export const skipsOf = (list, target) => list.filter((skip) => patternOf(skip.target).test(target));

/** @param {readonly { test: string, reason: string }[]} skips @param {string} test @returns {string | undefined} */
export const reasonToSkip = (skips, test) => skips.find((skip) => patternOf(skip.test).test(test))?.reason;

/** Those that match no test: each stands for a test that was renamed or removed. @param {readonly Skip[]} skips @param {readonly string[]} tests */
export const withoutMatch = (skips, tests) =>
  skips.filter((skip) => !tests.some((test) => patternOf(skip.test).test(test)));
