import { constants } from 'node:os';
import { describeValue } from '../errors/describe-value.js';
import { invalidPath } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { isWellFormed } from '../native/text.js';

/** Longest path argument, in bytes of UTF-8. The kernel takes 4,096 at once (path_resolution(7)); the walk takes the rest. */
export const maxPathBytes = 65_535;

/** One UTF-16 unit becomes at most this many bytes of UTF-8 (a surrogate pair is two units and four bytes). */
const maxBytesPerUnit = 3;

/**
 * A path argument as text: absolute, without `.`, `..` and `//`, with a trailing `/` where the argument demanded a
 * directory (by a trailing `/`, `/.` or `/..`, as path_resolution(7) has it). Nothing is trimmed, expanded or folded.
 *
 * @param input a string, or a genuine URL object whose scheme is `file:`
 * @throws ERR_PLOKE_INVALID_PATH for anything else, a relative path, NUL or a lone surrogate; ENAMETOOLONG above `maxPathBytes`
 */
export function parsePathArgument(input: unknown, operation: string): string {
  const text = typeof input === 'string' ? input : pathOfUrl(input, operation);
  if (text.charCodeAt(0) !== slash) {
    const what = text === '' ? 'is an empty string' : 'is not absolute';
    throw invalidPath(
      operation,
      `The path ${what}: ${describeValue(text)}. Pass an absolute path, which begins with "/".`,
    );
  }
  const plain = !needsWork.test(text);
  if (!plain && text.includes('\0')) {
    throw invalidPath(operation, `The path holds a NUL character: ${describeValue(text)}. No file name can hold one.`);
  }
  if (text.length > maxPathBytes / maxBytesPerUnit) checkLength(text, operation);
  if (!isWellFormed(text)) {
    throw invalidPath(
      operation,
      `The path holds a lone surrogate: ${describeValue(text)}. Pass well-formed Unicode (see String.prototype.isWellFormed).`,
    );
  }
  return plain ? text : removeDots(text);
}

/**
 * What most paths do not hold: NUL, an empty name, or a name that begins with a dot (which comes out as it was, by the
 * slower way). One pass without backtracking, because this runs for each of ten thousands of paths of a batch.
 */
const needsWork = /\0|\/[./]/;

/**
 * Whether a text is an absolute path as parsePathArgument gives it back, for one that begins with `/`; false where only that can
 * tell. No name in it begins with a dot, so none is reserved.
 */
export function isPlainPath(text: string): boolean {
  return text.length <= maxPathBytes / maxBytesPerUnit && !needsWork.test(text) && isWellFormed(text);
}

const slash = 0x2f;

function checkLength(text: string, operation: string): void {
  const byteLength = Buffer.byteLength(text, 'utf8');
  if (byteLength <= maxPathBytes) return;
  throw new PlokeIoError({
    code: 'ENAMETOOLONG',
    message: `ENAMETOOLONG: the path is ${byteLength} bytes long, the limit is ${maxPathBytes}: ${describeValue(text)}`,
    operation,
    errno: -constants.errno.ENAMETOOLONG,
    details: { byteLength, maxPathBytes },
  });
}

/** Lexical, once, in one pass: `..` above `/` stays `/`. */
function removeDots(text: string): string {
  const names: string[] = [];
  let directory = true;
  for (let start = 1; start <= text.length; ) {
    const found = text.indexOf('/', start);
    const end = found < 0 ? text.length : found;
    const name = text.slice(start, end);
    directory = name === '' || name === '.' || name === '..';
    if (!directory) names.push(name);
    else if (name === '..') names.pop();
    start = end + 1;
  }
  if (names.length === 0) return '/';
  return `/${names.join('/')}${directory ? '/' : ''}`;
}

const hrefGetter = Object.getOwnPropertyDescriptor(URL.prototype, 'href')?.get;

/** Source: WHATWG URL, and Node's url.fileURLToPath(), whose refusals these are; a query is refused here as well. */
function pathOfUrl(input: unknown, operation: string): string {
  const url = copyOfUrl(input);
  if (!url) {
    throw invalidPath(
      operation,
      `The path is ${describeValue(input)}. Pass an absolute path as a string, or a file: URL object.`,
    );
  }
  const shown = describeValue(url.href);
  if (url.protocol !== 'file:') {
    throw invalidPath(operation, `The URL ${shown} is not a file: URL. Pass a file: URL or an absolute path.`);
  }
  // The parser has turned `localhost` into the empty host.
  if (url.hostname !== '') {
    throw invalidPath(operation, `The URL ${shown} names another host. Pass a file: URL with an empty host.`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw invalidPath(
      operation,
      `The URL ${shown} has a query or a fragment. In a file name, write "?" as %3F and "#" as %23 (url.pathToFileURL does).`,
    );
  }
  if (/%2f/i.test(url.pathname)) {
    throw invalidPath(operation, `The URL ${shown} holds an encoded "/" (%2F), which no file name can hold.`);
  }
  try {
    return decodeURIComponent(url.pathname);
  } catch {
    // URIError: an incomplete escape, or bytes that are not UTF-8 (ECMA-262, Decode).
    throw invalidPath(
      operation,
      `The URL ${shown} does not decode to UTF-8. Encode the path with url.pathToFileURL().`,
    );
  }
}

/** The getter of the class looks at the internal slot, so a look-alike or an overridden `href` does not get through. */
function copyOfUrl(input: unknown): URL | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  try {
    return new URL(hrefGetter?.call(input) as string);
  } catch {
    // TypeError of the getter: not a URL object.
    return undefined;
  }
}
