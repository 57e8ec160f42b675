import { constants } from 'node:os';
import { summaryOf } from '../errors/ploke-io-error.js';
import { planReads, setSlice, wholeFile } from '../io/read-plan.js';
import { readVerified } from '../io/verified-read.js';
import { NativeFailure } from '../native/batch.js';
import { failureFrom } from '../native/failure.js';
import { SLICE_WIDTH } from '../native/look-batches.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { Warn } from './listed-path.js';
import { countReads } from './read-requests.js';
import { nativeSide, type ReadScope } from './read-scope.js';

/** No real one is larger; a larger one would cost more to compile than the listing it is for. */
const maxGitignoreBytes = 1024 * 1024;
/** Matching takes time that grows with the depth of a path to the power of these; no real pattern has more. */
const maxGlobstars = 2;

/** gitignore(5) calls a text a list of lines; bytes that are not UTF-8 can match no name that a listing hands over. */
const decoder = new TextDecoder('utf-8');

/**
 * The texts of .gitignore files, '' for one that is not there. What cannot be used is left out with a warning: the files
 * come with the tree that is listed, and nobody has to have written them in good faith.
 */
export async function readGitignores(scope: ReadScope, files: readonly ResolvedPath[], warn: Warn): Promise<string[]> {
  const { context, operation } = scope;
  const slices = new Float64Array(files.length * SLICE_WIDTH);
  const { mode, a, b, maxBytes } = wholeFile;
  for (const index of files.keys()) setSlice(slices, index, index, mode, a, b, maxBytes);
  const texts: string[] = [];
  const plan = planReads(files, slices);
  const read = { ...nativeSide(scope), plan, text: false, stamps: false, maxFileBytes: maxGitignoreBytes, cache: null };
  await readVerified(read, ({ firstFile, result }) => {
    countReads(scope, result.filesRead, result.bytesRead);
    for (const [item, status] of result.status.entries()) {
      const path = files[firstFile + item]?.path ?? '';
      const bytes = result.contents[item];
      if (status === 0 && typeof bytes === 'object') {
        texts.push(withoutCostlyPatterns(decoder.decode(bytes), path, warn));
        continue;
      }
      texts.push('');
      if (!isAbsence(status)) {
        const failure = failureFrom(context.addon, status, result.syscalls[item] ?? 0, {
          operation,
          path,
          maxFileBytes: maxGitignoreBytes,
        });
        warn({ code: failure.code, message: `The .gitignore file does not apply. ${summaryOf(failure)}`, path });
      }
    }
  });
  return texts;
}

/** Not there, or a directory or a device under that name, which git takes no notice of either. */
function isAbsence(status: number): boolean {
  const { ENOENT, ENOTDIR, EISDIR } = constants.errno;
  return [ENOENT, ENOTDIR, EISDIR, NativeFailure.notRegularFile].includes(status);
}

function withoutCostlyPatterns(text: string, path: string, warn: Warn): string {
  if (!text.includes('**')) return text;
  const lines = text.split('\n');
  const kept = lines.filter((line) => line.startsWith('#') || countGlobstars(line) <= maxGlobstars);
  if (kept.length === lines.length) return text;
  const message = `${lines.length - kept.length} patterns with more than ${maxGlobstars} "**" do not apply.`;
  warn({ code: 'PLOKE_IGNORE_PATTERN', message, path });
  return kept.join('\n');
}

/** Without one at the end, which costs nothing: all that is below matches. */
function countGlobstars(line: string): number {
  return line.replace(/\/\*\*\s*$/, '').split('**').length - 1;
}
