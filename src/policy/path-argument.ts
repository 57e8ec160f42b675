import { invalidPath } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { errnoOf } from '../errors/system-error.js';
import { givenPath, wording } from '../errors/wording.js';
import { isWellFormed } from '../native/text.js';
import { hostPlatform } from '../platform/host.js';
import { pathOfUrl } from './file-url.js';
import { parseWindowsPath } from './windows-path.js';

/** Longest path argument, in bytes of UTF-8. The kernel takes 4,096 at once (path_resolution(7)); the walk takes the rest. */
export const maxPathBytes = 65_535;

/** Longest path of Windows, in UTF-16 units. Source: Microsoft, "Maximum Path Length Limitation". */
export const maxWindowsPathUnits = 32_767;

/** One UTF-16 unit becomes at most this many bytes of UTF-8 (a surrogate pair is two units and four bytes). */
const maxBytesPerUnit = 3;

/**
 * A path argument as text: absolute, without `.`, `..` and `//`, with a trailing `/` where the argument demanded a
 * directory (by a trailing `/`, `/.` or `/..`, as path_resolution(7) has it). Nothing is trimmed, expanded or folded. On
 * Windows `\` is a separator too, and the text has `/` in its place; see parseWindowsPath.
 *
 * @param input a string, or a genuine URL object whose scheme is `file:`
 * @throws ERR_PLOKE_INVALID_PATH for anything else, a relative path, NUL or a lone surrogate, and for names that the system
 * takes for something else; ENAMETOOLONG above `maxPathBytes`
 */
export function parsePathArgument(input: unknown, operation: string, platform: NodeJS.Platform = hostPlatform): string {
  const text = typeof input === 'string' ? input : pathOfUrl(input, operation, platform);
  if (platform === 'win32') return parseOnWindows(text, operation);
  if (text.charCodeAt(0) !== slash) {
    const what = text === '' ? 'is an empty string' : 'is not absolute';
    throw invalidPath(
      operation,
      wording`The path ${what}: ${givenPath(text)}. Pass an absolute path, which begins with "/".`,
    );
  }
  const plain = !needsWork.test(text);
  if (!plain && text.includes('\0')) {
    throw invalidPath(
      operation,
      wording`The path holds a NUL character: ${givenPath(text)}. No file name can hold one.`,
    );
  }
  if (text.length > maxPathBytes / maxBytesPerUnit) checkLength(text, operation);
  checkWellFormed(text, operation);
  return plain ? text : removeDots(text, operation, platform);
}

/**
 * What most paths do not hold: NUL, an empty name, or a name that begins with a dot or with a character that some file
 * systems ignore (which comes out as it was, by the slower way). One pass without backtracking, because this runs for each of
 * ten thousands of paths of a batch.
 *
 * The characters are those of Unicode's Default_Ignorable_Code_Point; of those beyond the basic plane, the first half.
 */
const needsWork =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each is meant by itself, whatever it would combine with
  /\0|\/[\u034f./\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud82f\ud834\udb40-\udb43\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8]/;

/**
 * Whether a text is an absolute path as parsePathArgument gives it back, for one that begins with `/`; false where only that can
 * tell, and on Windows always. No name in it begins with a dot, so none is reserved.
 */
export function isPlainPath(text: string): boolean {
  return text.length <= maxPathBytes / maxBytesPerUnit && !needsWork.test(text) && isWellFormed(text);
}

const slash = 0x2f;

function parseOnWindows(text: string, operation: string): string {
  if (text.length > maxWindowsPathUnits) {
    throw nameTooLong(text, operation, `${text.length} characters long, the limit is ${maxWindowsPathUnits}`, {
      length: text.length,
      maxLength: maxWindowsPathUnits,
    });
  }
  checkWellFormed(text, operation);
  const parsed = parseWindowsPath(text);
  if (typeof parsed === 'string') return parsed;
  throw invalidPath(operation, wording`The path ${parsed.what}: ${givenPath(text)}. ${parsed.action}`);
}

function checkWellFormed(text: string, operation: string): void {
  if (isWellFormed(text)) return;
  throw invalidPath(
    operation,
    wording`The path holds a lone surrogate: ${givenPath(text)}. Pass well-formed Unicode (see String.prototype.isWellFormed).`,
  );
}

function checkLength(text: string, operation: string): void {
  const byteLength = Buffer.byteLength(text, 'utf8');
  if (byteLength <= maxPathBytes) return;
  throw nameTooLong(text, operation, `${byteLength} bytes long, the limit is ${maxPathBytes}`, {
    byteLength,
    maxPathBytes,
  });
}

function nameTooLong(
  text: string,
  operation: string,
  what: string,
  details: Readonly<Record<string, number>>,
): PlokeIoError {
  return new PlokeIoError({
    code: 'ENAMETOOLONG',
    message: wording`ENAMETOOLONG: the path is ${what}: ${givenPath(text)}`,
    operation,
    errno: errnoOf('ENAMETOOLONG'),
    details,
  });
}

/** Lexical, once, in one pass: `..` above `/` stays `/`. */
function removeDots(text: string, operation: string, platform: NodeJS.Platform): string {
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
  if (platform === 'darwin' && names.some((name) => name.toLowerCase() === '..namedfork')) {
    // The kernel of macOS takes what follows for a part of the file before it (_PATH_FORKSPECIFIER, sys/paths.h).
    throw invalidPath(
      operation,
      wording`The path leads into a fork of a file (..namedfork): ${givenPath(text)}. Pass the path of the file itself.`,
    );
  }
  if (names.length === 0) return '/';
  return `/${names.join('/')}${directory ? '/' : ''}`;
}
