import { formatPatch, type StructuredPatch } from 'diff';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { foreignText, wording } from '../errors/wording.js';
import { PatchSyntaxError, parseFiles } from '../io/patch.js';
import { checkString } from '../policy/arguments.js';
import type { FileDiff } from '../types.js';

const operation = 'splitPatch';
const nothing = '/dev/null';

/**
 * Divides a unified diff of several files into one for each, for `applyPatches`. Paths are what the diff says, without
 * git's `a/` and `b/`; of a removed file the old one. They are only text: join them to a root.
 *
 * @example
 * ```ts
 * const files = splitPatch('--- a/notes.txt\n+++ b/notes.txt\n@@ -1 +1 @@\n-one\n+ONE\n--- a/b\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n');
 * console.log(files.map(({ path }) => path).join()); // → notes.txt,b
 * await workspace.applyPatches(files.map(({ path, diff }) => ({ path: `${root}/${path}`, diff })));
 * ```
 *
 * @throws ERR_PLOKE_PATCH_SYNTAX; ERR_PLOKE_INVALID_ARGUMENT for anything but a string
 */
export function splitPatch(diff: string): FileDiff[] {
  const text = checkString(operation, 'diff', diff);
  try {
    return parseFiles(text).map((file) => ({ path: pathOf(file), diff: formatPatch(file) }));
  } catch (error) {
    throw error instanceof PatchSyntaxError ? patchSyntax(operation, error) : error;
  }
}

function pathOf({ oldFileName, newFileName }: StructuredPatch): string {
  const name = newFileName === nothing ? oldFileName : newFileName;
  if (name === undefined || name === '') throw new PatchSyntaxError('The diff does not name its files');
  const isPrefixed = (file: string | undefined, prefix: string): boolean =>
    file === nothing || file?.startsWith(prefix) === true;
  return isPrefixed(oldFileName, 'a/') && isPrefixed(newFileName, 'b/') ? name.slice(2) : name;
}

export function patchSyntax(operation: string, { message, cause }: PatchSyntaxError, path?: string): PlokeIoError {
  // It repeats lines of the diff.
  const what = wording`${foreignText(message)}`;
  return new PlokeIoError({ code: 'ERR_PLOKE_PATCH_SYNTAX', message: what, operation, path, cause });
}
