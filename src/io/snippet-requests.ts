import { invalidArgument } from '../errors/make.js';
import { memberOf } from '../errors/member-of.js';
import { givenValue, wording } from '../errors/wording.js';
import { isContentHash } from '../native/hash-text.js';
import { SLICE_WIDTH, SliceMode } from '../native/look-batches.js';
import { isWellFormed } from '../native/text.js';
import type { ContentHash, PathInput, SnippetRequest, SnippetRequestSet as SnippetRequestSetModel } from '../types.js';
import { copyOfUrl, iterate } from './caller-values.js';
import { orderByFile, packExpectedHashes, type SliceOrder, setSlice } from './read-plan.js';

const operation = 'packSnippetRequests';

export interface SnippetRequestColumns {
  /** Each text once. A string, or a URL object that is never handed out; reading judges it. */
  readonly paths: readonly PathInput[];
  /** SLICE_WIDTH numbers a request, as of a `ReadPlan`, with the index of its path as its file. */
  readonly slices: Float64Array;
  readonly ids: readonly (string | undefined)[];
  readonly expectedHashes: readonly (ContentHash | undefined)[];
  /** By path. */
  readonly order: SliceOrder;
  /** As of a `ReadPlan`, by path. */
  readonly packedHashes: Uint8Array;
}

/** Requests in columns: immutable, and iterable as those that it was made from, with URLs of the caller's own. */
export class SnippetRequestSet implements SnippetRequestSetModel {
  readonly #columns: SnippetRequestColumns;

  /** Takes the columns over: nobody else may change them. */
  constructor(columns: SnippetRequestColumns) {
    this.#columns = columns;
    Object.freeze(this);
  }

  /** For the library itself. */
  static columnsOf(set: SnippetRequestSet): SnippetRequestColumns {
    return set.#columns;
  }

  get size(): number {
    return this.#columns.ids.length;
  }

  *[Symbol.iterator](): Generator<SnippetRequest, void, undefined> {
    const { paths, slices, ids, expectedHashes } = this.#columns;
    for (let index = 0; index < ids.length; index++) {
      const [file = -1, , start = 0, end = 0] = slices.subarray(index * SLICE_WIDTH);
      const path = paths[file] ?? '';
      const id = ids[index];
      const expectedHash = expectedHashes[index];
      yield {
        path: typeof path === 'string' ? path : new URL(path),
        start,
        end,
        ...(expectedHash === undefined ? {} : { expectedHash }),
        ...(id === undefined ? {} : { id }),
      };
    }
  }
}

/** @throws ERR_PLOKE_INVALID_ARGUMENT for the first that is no SnippetRequest */
export function packSnippetRequests(requests: Iterable<SnippetRequest>): SnippetRequestSet {
  if (requests instanceof SnippetRequestSet) return requests;
  const items = [...iterate(requests, operation, 'requests', 'snippet requests')];
  const paths: PathInput[] = [];
  const indexes = new Map<string, number>();
  const slices = new Float64Array(items.length * SLICE_WIDTH);
  const ids: (string | undefined)[] = new Array(items.length);
  const expectedHashes: (ContentHash | undefined)[] = new Array(items.length);
  for (const [index, item] of items.entries()) {
    const { path, start, end, expectedHash, id } = readMembers(item, index);
    const copied = typeof path === 'string' ? path : copyOfUrl(path);
    if (copied === undefined) throw bad(index, '.path', path, 'an absolute path or a file: URL');
    if (!isOffset(start)) throw bad(index, '.start', start, 'an integer of at least 0');
    if (!isOffset(end)) throw bad(index, '.end', end, 'an integer of at least 0');
    if (expectedHash !== undefined && !isContentHash(expectedHash)) {
      throw bad(
        index,
        '.expectedHash',
        expectedHash,
        'a hash: "sha256-" and 64 lower-case hex digits, or leave it out',
      );
    }
    if (id !== undefined && !(typeof id === 'string' && isWellFormed(id))) {
      throw bad(index, '.id', id, 'a well-formed string, or leave it out');
    }
    let file = typeof copied === 'string' ? indexes.get(copied) : undefined;
    if (file === undefined) {
      file = paths.push(copied) - 1;
      if (typeof copied === 'string') indexes.set(copied, file);
    }
    setSlice(slices, index, file, SliceMode.exact, start + 0, end + 0, Infinity);
    ids[index] = id;
    expectedHashes[index] = expectedHash;
  }
  const order = orderByFile(paths.length, slices);
  const packedHashes = packExpectedHashes(order, expectedHashes);
  return new SnippetRequestSet({ paths, slices, ids, expectedHashes, order, packedHashes });
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function bad(index: number, member: string, value: unknown, expected: string): Error {
  const argument = `requests[${index}]${member}`;
  return invalidArgument(operation, wording`${argument} is ${givenValue(value)}. Pass ${expected}.`, { argument });
}

function readMembers(item: unknown, index: number): Readonly<Record<keyof SnippetRequest, unknown>> {
  if (typeof item !== 'object' || item === null) {
    throw bad(index, '', item, 'a request: { path, start, end, expectedHash?, id? }');
  }
  try {
    return {
      path: memberOf(item, 'path'),
      start: memberOf(item, 'start'),
      end: memberOf(item, 'end'),
      expectedHash: memberOf(item, 'expectedHash'),
      id: memberOf(item, 'id'),
    };
  } catch (cause) {
    const argument = `requests[${index}]`;
    const message = `${argument} could not be read: its getter or its Proxy threw. Pass plain objects.`;
    throw invalidArgument(operation, message, { argument }, cause);
  }
}
