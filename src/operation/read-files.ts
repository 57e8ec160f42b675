import { isTruncated } from '../io/read-plan.js';
import { letEventsRun } from '../io/turn.js';
import {
  checkArray,
  checkHash,
  checkItem,
  checkOptions,
  checkSignal,
  checkString,
  optional,
} from '../policy/arguments.js';
import type { CallOptions, FileRequest, FileText, Settled } from '../types.js';
import type { OperationContext } from './context.js';
import { buildFileText } from './file-result.js';
import { ReadRequests, readRequests, requestsPerTurn } from './read-requests.js';
import { inReadScope, type ReadScope } from './read-scope.js';
import { rejected } from './settled.js';
import { checkSlice } from './slice-request.js';

const operation = 'readFiles';
const memberNames = ['path', 'id', 'expectedHash', 'range', 'lines', 'maxBytes'] as const;
const style = { text: true, stamps: true, build: buildFileText };

/**
 * Reads many files, or parts of them; each distinct file once. One result a request, in their order; a request's failure
 * is its own.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT for the list or the options as such, ABORT_ERR, ERR_PLOKE_CLOSED
 */
export async function readFiles(
  context: OperationContext,
  requests: readonly FileRequest[],
  options?: CallOptions,
): Promise<Settled<FileText>[]> {
  const signal = checkSignal(operation, checkOptions(operation, options, ['signal']).signal);
  const items = checkArray(operation, 'requests', requests);

  return inReadScope(context, operation, signal, async (scope) => {
    scope.trace?.setItems(items.length);
    const settled: Settled<FileText>[] = new Array(items.length);
    const everything = await collect(scope, items, settled);
    await scope.admit(everything.files.targets);
    await readRequests(scope, everything, style, settled);

    // A large file fails as a whole where one request wants all of it; those that truncate can have their part.
    const truncated = everything.only((index) => {
      const item = settled[index];
      const isTooLarge = item?.status === 'rejected' && item.reason.code === 'ERR_PLOKE_FILE_TOO_LARGE';
      return isTooLarge && isTruncated(everything.slices, index);
    });
    if (truncated.files.targets.length > 0) await readRequests(scope, truncated, style, settled);
    return settled;
  });
}

async function collect(
  scope: ReadScope,
  items: readonly unknown[],
  settled: Settled<FileText>[],
): Promise<ReadRequests> {
  const requests = new ReadRequests(items.length, scope);
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % requestsPerTurn === 0) await letEventsRun();
    try {
      const given = checkItem(operation, 'requests', index, item, memberNames);
      const owner = `requests[${index}]`;
      requests.set(index, {
        path: given.path,
        slice: checkSlice(operation, owner, given),
        id: optional(given.id, undefined, (value) => checkString(operation, `${owner}.id`, value)),
        expectedHash: optional(given.expectedHash, undefined, (value) =>
          checkHash(operation, `${owner}.expectedHash`, value),
        ),
      });
    } catch (error) {
      settled[index] = rejected(error, operation);
    }
  }
  return requests;
}
