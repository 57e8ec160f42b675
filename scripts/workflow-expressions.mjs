// @ts-check
// Expressions of workflows, `${{ … }}`, as far as ours need them: literals, members of contexts, `!`, `==`, `!=`, `&&`,
// `||` and brackets (docs.github.com, "Evaluate expressions in workflows and actions"). Anything else is an error.

/** @typedef {Record<string, unknown>} Contexts */

const token = /\s*(?:(==|!=|&&|\|\||[!()])|'((?:[^']|'')*)'|(\d+(?:\.\d+)?)|([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*))/y;

/** Replaces each expression in a text by its value. @param {string} text @param {Contexts} contexts @returns {string} */
export function interpolate(text, contexts) {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_whole, expression) => {
    const value = evaluate(expression, contexts);
    return value === undefined || value === null ? '' : String(value);
  });
}

/** @param {string} expression without its braces @param {Contexts} contexts @returns {unknown} */
export function evaluate(expression, contexts) {
  const tokens = tokensOf(expression);
  let next = 0;

  /** @param {string} operator */
  const accept = (operator) => tokens[next]?.operator === operator && ++next > 0;

  /** Each level binds tighter than the one before. @returns {unknown} */
  const either = () => {
    let left = both();
    while (accept('||')) {
      const right = both();
      left = isTrue(left) ? left : right;
    }
    return left;
  };
  /** @returns {unknown} */
  const both = () => {
    let left = compared();
    while (accept('&&')) {
      const right = compared();
      left = isTrue(left) ? right : left;
    }
    return left;
  };
  /** @returns {unknown} */
  const compared = () => {
    const left = single();
    if (accept('==')) return isEqual(left, single());
    if (accept('!=')) return !isEqual(left, single());
    return left;
  };
  /** @returns {unknown} */
  const single = () => {
    if (accept('!')) return !isTrue(single());
    if (accept('(')) {
      const inner = either();
      if (!accept(')')) throw new Error(`a bracket is not closed in "${expression.trim()}"`);
      return inner;
    }
    const found = tokens[next++];
    if (found === undefined || found.operator !== undefined)
      throw new Error(`"${expression.trim()}" is not understood`);
    return found.name === undefined ? found.value : memberOf(contexts, found.name);
  };

  const value = either();
  if (next < tokens.length) throw new Error(`"${expression.trim()}" is not understood`);
  return value;
}

/**
 * @param {string} expression
 * @returns {{ operator?: string, value?: unknown, name?: string | undefined }[]}
 */
function tokensOf(expression) {
  const found = [];
  token.lastIndex = 0;
  const text = expression.trimEnd();
  while (token.lastIndex < text.length) {
    const from = token.lastIndex;
    const [whole, operator, string, number, name] = token.exec(text) ?? [];
    if (whole === undefined) throw new Error(`"${text.slice(from)}" is not understood in an expression`);
    if (operator !== undefined) found.push({ operator });
    else if (string !== undefined) found.push({ value: string.replaceAll("''", "'") });
    else if (number !== undefined) found.push({ value: Number(number) });
    else if (name === 'true' || name === 'false') found.push({ value: name === 'true' });
    else found.push({ name });
  }
  return found;
}

/** A context that is not given is an error; a member that is not there is nothing. @param {Contexts} contexts @param {string} name */
function memberOf(contexts, name) {
  const [first = '', ...members] = name.split('.');
  if (!(first in contexts)) throw new Error(`"${name}" is not known here`);
  /** @type {unknown} */
  let value = contexts[first];
  for (const member of members) {
    value = typeof value === 'object' && value !== null ? /** @type {Contexts} */ (value)[member] : undefined;
  }
  return value;
}

/** @param {unknown} value */
function isTrue(value) {
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '';
}

/** Strings are compared without case; values of two types as numbers. @param {unknown} left @param {unknown} right */
function isEqual(left, right) {
  if (typeof left === 'string' && typeof right === 'string') return left.toLowerCase() === right.toLowerCase();
  if (typeof left === typeof right) return left === right;
  return Number(left ?? 0) === Number(right ?? 0);
}
