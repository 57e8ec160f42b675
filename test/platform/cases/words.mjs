// @ts-check
// The words in which cases of path arguments are written. An arena begins with `ws` (the root) and `out/secret`. A path
// that is a text lies below the arena, as it is spelt; in `raw` the `@` stands for the arena.

/**
 * @typedef {string | { raw: string } | { value: (arena: string) => unknown }} Argument
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {Readonly<Record<string, string>>} [files] what is there before the roots are opened, besides `out/secret`
 * @property {readonly string[]} [directories]
 * @property {readonly string[]} [roots] default: ws
 * @property {string} operation of operations.mjs
 * @property {Argument} path
 * @property {Argument} [to] the other end of a rename
 * @property {readonly string[]} expect outcomes that are safe: `ok`, `ok=VALUE`, or a class of errors
 * @property {Readonly<Record<string, string>>} [after] files that have to be there, with this content
 */

/** @param {string} text @returns {Argument} */
export const raw = (text) => ({ raw: text });

/** @param {(arena: string) => unknown} make @returns {Argument} */
export const value = (make) => ({ value: make });

export const invalid = ['INVALID'];
export const outside = ['OUTSIDE'];
/** A name that this system has no file for, whoever says so. */
export const refusedName = ['INVALID', 'OUTSIDE'];

/** What kind of refusal a code is. A code that stands here nowhere is a failure of every case. */
const classes = {
  INVALID: ['ERR_PLOKE_INVALID_PATH', 'ERR_PLOKE_INVALID_ARGUMENT'],
  OUTSIDE: ['ERR_PLOKE_OUTSIDE_ROOTS'],
  ESCAPE: ['ERR_PLOKE_SYMLINK_ESCAPE'],
  CROSSROOT: ['ERR_PLOKE_CROSS_ROOT'],
  LINK: ['ERR_PLOKE_SYMLINK_DENIED'],
  NOTFOUND: ['ENOENT'],
  EXISTS: ['EEXIST'],
  NOTDIR: ['ENOTDIR'],
  ISDIR: ['EISDIR'],
  NOTEMPTY: ['ENOTEMPTY'],
  LOOP: ['ELOOP'],
  NAMETOOLONG: ['ENAMETOOLONG'],
  NOTFILE: ['ERR_PLOKE_NOT_REGULAR_FILE'],
  BUSY: ['ERR_PLOKE_BUSY', 'EBUSY'],
};

/** @param {unknown} code @returns {string} */
export function classOf(code) {
  const found = Object.entries(classes).find(([, codes]) => codes.includes(String(code)));
  return found?.[0] ?? `UNCLASSIFIED ${code}`;
}
