import { setSlice } from '../io/read-plan.js';
import { SnippetRequestSet } from '../io/snippet-requests.js';
import { letEventsRun } from '../io/turn.js';
import { contentOf, SliceMode } from '../native/look-batches.js';
import { checkArray, checkInteger, checkItem, checkOptions, checkSignal, checkString } from '../policy/arguments.js';
import type {
  CallOptions,
  Settled,
  Snippet,
  SnippetRequest,
  SnippetRequestSet as SnippetRequestSetModel,
} from '../types.js';
import type { OperationContext } from './context.js';
import { packedRequestsOf } from './packed-requests.js';
import { type ReadOutcome, ReadRequests, readRequests, requestsPerTurn } from './read-requests.js';
import { inReadScope, type ReadScope } from './read-scope.js';
import { rejected } from './settled.js';

const operation = 'readSnippets';
const memberNames = ['path', 'start', 'end', 'expectedHash', 'id'] as const;
const style = { text: true, stamps: false, build: buildSnippet };

/**
 * Reads parts of files by their byte offsets; each distinct file is read, verified and hashed once, and only the snippets
 * come to JavaScript. One result a request, in their order; a request's failure is its own. The range is exact:
 * reversed or beyond the file it is ERR_PLOKE_RANGE, inside a character ERR_PLOKE_CHAR_BOUNDARY.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT for the list or the options as such, ABORT_ERR, ERR_PLOKE_CLOSED
 */
export async function readSnippets(
  context: OperationContext,
  requests: readonly SnippetRequest[] | SnippetRequestSetModel,
  options?: CallOptions,
): Promise<Settled<Snippet>[]> {
  const signal = checkSignal(operation, checkOptions(operation, options, ['signal']).signal);
  if (requests instanceof SnippetRequestSet) {
    return inReadScope(context, operation, signal, (scope) => readPacked(scope, requests));
  }
  const items = checkArray(operation, 'requests', requests);

  return inReadScope(context, operation, signal, async (scope) => {
    scope.trace?.setItems(items.length);
    const settled: Settled<Snippet>[] = new Array(items.length);
    const collected = await collect(scope, items, settled);
    await scope.admit(collected.files.targets);
    await readRequests(scope, collected, style, settled);
    return settled;
  });
}

async function readPacked(scope: ReadScope, set: SnippetRequestSet): Promise<Settled<Snippet>[]> {
  scope.trace?.setItems(set.size);
  const { requests, plan, refused } = await packedRequestsOf(scope, set);
  const settled: Settled<Snippet>[] = new Array(set.size);
  for (const { index, path } of refused) {
    try {
      scope.lease.resolve(path, operation);
    } catch (error) {
      settled[index] = rejected(error, operation);
    }
  }
  await scope.admit(requests.targets);
  await readRequests(scope, requests, style, settled, plan);
  return settled;
}

/** A plain loop without closures: tens of thousands of requests pass here before the first file is opened. */
async function collect(
  scope: ReadScope,
  items: readonly unknown[],
  settled: Settled<Snippet>[],
): Promise<ReadRequests> {
  const requests = new ReadRequests(items.length, scope);
  for (let index = 0; index < items.length; index++) {
    if (index > 0 && index % requestsPerTurn === 0) await letEventsRun();
    try {
      collectOne(requests, index, items[index]);
    } catch (error) {
      settled[index] = rejected(error, operation);
    }
  }
  return requests;
}

type Members = { readonly [Name in (typeof memberNames)[number]]?: unknown };

function collectOne(requests: ReadRequests, index: number, item: unknown): void {
  const { path, start, end, expectedHash, id } = membersOf(index, item);
  const a = isOffset(start) ? start : checkInteger(operation, `requests[${index}].start`, start);
  const b = isOffset(end) ? end : checkInteger(operation, `requests[${index}].end`, end);
  if (expectedHash !== undefined) requests.expectHash(index, expectedHash);
  if (id !== undefined) requests.ids[index] = checkString(operation, `requests[${index}].id`, id);
  setSlice(requests.slices, index, requests.files.indexOf(path), SliceMode.exact, a, b, Infinity);
}

/** What checkItem does, without its object that works for any members: this is called for every one of very many. */
function membersOf(index: number, item: unknown): Members {
  if (typeof item === 'object' && item !== null) {
    try {
      const { path, start, end, expectedHash, id } = item as Members;
      return { path, start, end, expectedHash, id };
    } catch {
      // A getter of the caller's threw: checkItem says so in the words of every other operation.
    }
  }
  return checkItem(operation, 'requests', index, item, memberNames);
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function buildSnippet({ requests, result, path, hash }: ReadOutcome, index: number, slice: number): Snippet {
  const id = requests.ids[index];
  const start = result.sliceStarts[slice] ?? 0;
  const end = result.sliceEnds[slice] ?? 0;
  const text = contentOf(result, slice) as string;
  return id === undefined ? { path, start, end, text, hash } : { id, path, start, end, text, hash };
}
