import { checkBoolean, checkChoice, checkHash, checkOptions, checkSignal, optional } from '../policy/arguments.js';
import type { FileBytes, FileText, PathInput, ReadOptions, Settled } from '../types.js';
import type { OperationContext } from './context.js';
import { buildFileBytes, buildFileText } from './file-result.js';
import { ReadRequests, readRequests } from './read-requests.js';
import { inReadScope } from './read-scope.js';
import { checkSlice } from './slice-request.js';

const operation = 'readFile';
const optionNames = ['encoding', 'expectedHash', 'range', 'lines', 'maxBytes', 'throwIfNoEntry', 'signal'] as const;

/**
 * Reads one version of a file whole, hashes it, and hands over the part that was asked for.
 *
 * @returns undefined where nothing is there and `throwIfNoEntry` is false
 * @throws ERR_PLOKE_CONTENT_MISMATCH, ERR_PLOKE_RANGE, ERR_PLOKE_CHAR_BOUNDARY, ERR_PLOKE_NOT_UTF8,
 * ERR_PLOKE_FILE_TOO_LARGE, ERR_PLOKE_NOT_REGULAR_FILE, the codes of the policy, ABORT_ERR, and those of the system
 */
export async function readFile(
  context: OperationContext,
  path: PathInput,
  options?: ReadOptions,
): Promise<FileText | FileBytes | undefined> {
  const given = checkOptions(operation, options, optionNames);
  const signal = checkSignal(operation, given.signal);
  const encoding = optional(given.encoding, 'utf8', (value) =>
    checkChoice(operation, 'encoding', value, ['utf8', 'buffer']),
  );
  const expectedHash = optional(given.expectedHash, undefined, (value) => checkHash(operation, 'expectedHash', value));
  const throwIfNoEntry = optional(given.throwIfNoEntry, true, (value) =>
    checkBoolean(operation, 'throwIfNoEntry', value),
  );
  const slice = checkSlice(operation, 'options', given);

  const settled = await inReadScope(context, operation, signal, async (scope) => {
    const requests = new ReadRequests(1, scope);
    requests.set(0, { path, slice, id: undefined, expectedHash });
    await scope.admit(requests.files.targets);
    const results: Settled<FileText | FileBytes>[] = [];
    const isText = encoding === 'utf8';
    const style = { text: isText, stamps: true, build: isText ? buildFileText : buildFileBytes };
    await readRequests<FileText | FileBytes>(scope, requests, style, results);
    const [result] = results;
    if (result?.status === 'rejected' && !(result.reason.code === 'ENOENT' && !throwIfNoEntry)) throw result.reason;
    return result;
  });
  return settled?.status === 'fulfilled' ? settled.value : undefined;
}
