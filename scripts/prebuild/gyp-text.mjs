// @ts-check
// binding.gyp is a literal of Python with comments: strings, whole numbers, lists and dictionaries.

/**
 * @typedef {{ [key: string]: GypValue }} GypDictionary
 * @typedef {string | number | GypList | GypDictionary} GypValue
 */
/** @typedef {GypValue[]} GypList */

const escapes = /** @type {Record<string, string>} */ ({ n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' });
const space = /(?:\s+|#[^\n]*)*/y;
const number = /-?\d+/y;

/** @param {string} text @returns {GypValue} */
export function parseGyp(text) {
  let at = 0;

  /** @param {RegExp} pattern */
  const take = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  /** @param {string} what @returns {never} */
  const fail = (what) => {
    throw new Error(`binding.gyp, line ${text.slice(0, at).split('\n').length}: ${what}`);
  };
  /** @param {string} mark */
  const isNext = (mark) => {
    take(space);
    if (text[at] !== mark) return false;
    at++;
    return true;
  };

  /** @returns {string | undefined} */
  const string = () => {
    take(space);
    const quote = text[at];
    if (quote !== '"' && quote !== "'") return undefined;
    let value = '';
    for (at++; text[at] !== quote; at++) {
      if (at >= text.length || text[at] === '\n') fail('a string does not end');
      // Python keeps a backslash before a character that it does not know.
      if (text[at] === '\\') value += escapes[text[++at] ?? ''] ?? `\\${text[at]}`;
      else value += text[at];
    }
    at++;
    return value;
  };

  /** @template T @param {string} end @param {() => T} item @returns {T[]} */
  const items = (end, item) => {
    const found = [];
    while (!isNext(end)) {
      found.push(item());
      if (isNext(',')) continue;
      if (isNext(end)) break;
      fail(`expected , or ${end}`);
    }
    return found;
  };

  /** @returns {GypValue} */
  const value = () => {
    if (isNext('[')) return items(']', value);
    if (isNext('{')) {
      const entries = items('}', () => {
        const key = string() ?? fail('expected the name of an entry');
        if (!isNext(':')) fail('expected :');
        return /** @type {[string, GypValue]} */ ([key, value()]);
      });
      const names = entries.map(([key]) => key);
      const twice = names.find((key, index) => names.indexOf(key) !== index);
      if (twice !== undefined) fail(`${twice} is there twice`);
      return Object.fromEntries(entries);
    }
    const words = string();
    if (words !== undefined) return words;
    const digits = take(number);
    return digits === '' ? fail('expected a value') : Number(digits);
  };

  const result = value();
  take(space);
  if (at < text.length) fail('something follows the end');
  return result;
}
