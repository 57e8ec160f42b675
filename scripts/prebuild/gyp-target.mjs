// @ts-check
// What binding.gyp asks for on a platform: its sources, definitions and flags, which are written down nowhere else. Knows
// the part of gyp that the file uses, and refuses what it does not know.
import { execFileSync } from 'node:child_process';
import { parseGyp } from './gyp-text.mjs';

/** @typedef {import('./gyp-text.mjs').GypValue} GypValue */
/** @typedef {{ [key: string]: GypValue }} GypDictionary */

const listNames = ['sources', 'defines', 'include_dirs', 'cflags', 'cflags_cc', 'ldflags', 'libraries'];
// For the compilers of Visual Studio and Xcode, of which zig is neither.
const otherCompilers = ['msvs_settings', 'msvs_disabled_warnings', 'xcode_settings', 'win_delay_load_hook'];

/**
 * @param {string} text of binding.gyp
 * @param {{ OS: 'linux' | 'win' | 'mac', target_arch: string }} platform
 * @param {string} directory where the commands in it are run
 * @returns {Record<'sources' | 'defines' | 'include_dirs' | 'cflags' | 'cflags_cc' | 'ldflags' | 'libraries', string[]> & { name: string, xcodeSettings: GypDictionary }}
 */
export function gypTarget(text, platform, directory) {
  const file = dictionary(parseGyp(text), 'the file');
  const [target, ...more] = list(file.targets, 'targets').map((value) => dictionary(value, 'a target'));
  if (target === undefined || more.length > 0) throw new Error('binding.gyp: expected one target');

  /** @type {Record<string, string | number>} */
  const variables = { ...platform };
  for (const [name, value] of Object.entries(dictionary(file.variables ?? {}, 'variables'))) {
    if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`binding.gyp: variable ${name}`);
    variables[name.replace(/%$/, '')] = typeof value === 'number' ? value : expand(value, directory);
  }

  /** @type {Record<string, string[]>} */
  const lists = Object.fromEntries(listNames.map((name) => [name, []]));
  /** @type {GypDictionary} */
  const xcodeSettings = {};

  /** @param {GypDictionary} part */
  const merge = (part) => {
    for (const [key, value] of Object.entries(part)) {
      const values = listNames.includes(key) ? lists[key] : undefined;
      if (values) values.push(...list(value, key).map((item) => expand(String(item), directory)));
      else if (key === 'xcode_settings') Object.assign(xcodeSettings, dictionary(value, key));
      else if (key === 'conditions') for (const condition of list(value, key)) choose(list(condition, 'a condition'));
      // What a name with an exclamation mark takes away are flags of Node's common.gypi, which is not read here.
      else if (key !== 'target_name' && !otherCompilers.includes(key) && !listNames.includes(key.replace(/!$/, ''))) {
        throw new Error(`binding.gyp: ${key} is not known to scripts/prebuild/gyp-target.mjs`);
      }
    }
  };
  /** @param {GypValue[]} condition */
  const choose = ([test, then, otherwise]) => {
    const chosen = holds(String(test), variables) ? then : otherwise;
    if (chosen !== undefined) merge(dictionary(chosen, String(test)));
  };
  merge(target);
  return /** @type {ReturnType<typeof gypTarget>} */ ({ ...lists, name: String(target.target_name), xcodeSettings });
}

/** @param {string} test @param {Record<string, string | number>} variables @returns {boolean} */
function holds(test, variables) {
  return test.split(/\s+or\s+/).some((terms) =>
    terms.split(/\s+and\s+/).every((term) => {
      const [, name, operator, quoted, digits] = /^\s*(\w+)\s*(==|!=)\s*(?:['"](.*)['"]|(\d+))\s*$/.exec(term) ?? [];
      if (name === undefined || !(name in variables)) throw new Error(`binding.gyp: cannot judge ${test}`);
      return (String(variables[name]) === (quoted ?? digits)) === (operator === '==');
    }),
  );
}

/** `<!(command)` is what the command prints. @param {string} value @param {string} directory */
function expand(value, directory) {
  const command = /^<!@?\((.*)\)$/s.exec(value)?.[1];
  if (command !== undefined)
    return execFileSync('/bin/sh', ['-c', command], { cwd: directory, encoding: 'utf8' }).trim();
  if (/[<>][!@|]?[@(]/.test(value)) throw new Error(`binding.gyp: cannot expand ${value}`);
  return value;
}

/** @param {GypValue | undefined} value @param {string} what @returns {GypDictionary} */
function dictionary(value, what) {
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  throw new Error(`binding.gyp: expected a dictionary for ${what}`);
}

/** @param {GypValue | undefined} value @param {string} what @returns {GypValue[]} */
function list(value, what) {
  if (Array.isArray(value)) return value;
  throw new Error(`binding.gyp: expected a list for ${what}`);
}
