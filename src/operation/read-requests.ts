import { contentMismatch } from '../errors/make.js';
import { fileOf, planReads, type ReadPlan, type SliceRequest, setSlice } from '../io/read-plan.js';
import { type ReadChunk, readVerified } from '../io/verified-read.js';
import { NativeFailure } from '../native/batch.js';
import { failureFrom } from '../native/failure.js';
import { type ReadBatchResult, SLICE_WIDTH } from '../native/look-batches.js';
import { checkHash } from '../policy/arguments.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { ContentHash, PlokeIoError, Settled } from '../types.js';
import { DistinctFiles } from './distinct-files.js';
import { nativeSide, type ReadScope, takePermit } from './read-scope.js';
import { rejected } from './settled.js';

/** Requests that are checked and resolved before the event loop runs again. */
export const requestsPerTurn = 2_048;

export interface ReadRequest {
  readonly path: unknown;
  readonly slice: SliceRequest;
  readonly id: string | undefined;
  readonly expectedHash: ContentHash | undefined;
}

/** Requests in columns, by index; one that has no file is not read. */
export interface RequestColumns {
  readonly targets: readonly ResolvedPath[];
  /** As of a `ReadPlan` over the targets. */
  readonly slices: Float64Array;
  readonly ids: readonly (string | undefined)[];
  readonly expectedHashes: readonly (ContentHash | undefined)[];
}

/** The requests of a call, as they are added. */
export class ReadRequests implements RequestColumns {
  readonly files: DistinctFiles;
  readonly slices: Float64Array;
  readonly ids: (string | undefined)[];
  readonly expectedHashes: (ContentHash | undefined)[];
  readonly #scope: ReadScope;
  #checkedHash: ContentHash | undefined;

  constructor(count: number, scope: ReadScope) {
    this.#scope = scope;
    this.files = new DistinctFiles(scope.lease, scope.operation);
    this.slices = new Float64Array(count * SLICE_WIDTH).fill(-1);
    this.ids = new Array(count);
    this.expectedHashes = new Array(count);
  }

  get targets(): readonly ResolvedPath[] {
    return this.files.targets;
  }

  /** The same requests without those that are not wanted. */
  only(isWanted: (index: number) => boolean): ReadRequests {
    const some = new ReadRequests(this.ids.length, this.#scope);
    for (const [index, id] of this.ids.entries()) {
      const target = this.files.targets[fileOf(this.slices, index)];
      if (target === undefined || !isWanted(index)) continue;
      const at = index * SLICE_WIDTH;
      some.slices.set(this.slices.subarray(at, at + SLICE_WIDTH), at);
      some.slices[at] = some.files.add(target);
      some.ids[index] = id;
      some.expectedHashes[index] = this.expectedHashes[index];
    }
    return some;
  }

  /** The requests of a file carry one hash, mostly one string: it is checked once. */
  expectHash(index: number, value: unknown): void {
    if (value !== this.#checkedHash) {
      this.#checkedHash = checkHash(this.#scope.operation, `requests[${index}].expectedHash`, value);
    }
    this.expectedHashes[index] = this.#checkedHash;
  }

  /** @throws what resolving the path throws */
  set(index: number, request: ReadRequest): void {
    const { mode, a, b, maxBytes } = request.slice;
    setSlice(this.slices, index, this.files.indexOf(request.path), mode, a, b, maxBytes);
    this.ids[index] = request.id;
    this.expectedHashes[index] = request.expectedHash;
  }
}

/** What is known of the file when a request's result is built. */
export interface ReadOutcome {
  readonly requests: RequestColumns;
  readonly result: ReadBatchResult;
  /** The file's index within `result`. */
  readonly file: number;
  readonly path: string;
  readonly hash: ContentHash;
}

export interface ReadStyle<T> {
  /** True: strings, and files must be UTF-8. */
  readonly text: boolean;
  readonly stamps: boolean;
  /** One request's result; `slice` is its index within the native result. */
  readonly build: (outcome: ReadOutcome, index: number, slice: number) => T;
}

/**
 * Reads every distinct file once and settles each request that was added. Requests of one file come from one read, so they
 * show one version and share the string of its hash.
 */
export async function readRequests<T>(
  scope: ReadScope,
  requests: RequestColumns,
  style: ReadStyle<T>,
  settled: Settled<T>[],
  planned?: ReadPlan,
): Promise<void> {
  const waiting = takePermit(scope);
  if (waiting) await waiting;
  await readPlanned(scope, requests, style, settled, planned ?? planReads(requests.targets, requests.slices));
}

async function readPlanned<T>(
  scope: ReadScope,
  requests: RequestColumns,
  style: ReadStyle<T>,
  settled: Settled<T>[],
  plan: ReadPlan,
): Promise<void> {
  const { context } = scope;
  const { text, stamps } = style;
  const { maxFileBytes } = context.options;
  const cache = context.cache?.native ?? null;
  const read = { ...nativeSide(scope), plan, text, stamps, maxFileBytes, cache };
  await readVerified(read, (chunk) => {
    countReads(scope, chunk.result.filesRead, chunk.result.bytesRead);
    if (chunk.result.passedCacheBy) context.cache?.noteCoarseStamps((warning) => context.warn(warning));
    for (let file = chunk.firstFile; file < chunk.endFile; file++) {
      settleFile(scope, requests, style, settled, plan, chunk, file);
    }
  });
}

/** Nothing is made for a request but its result: tens of thousands pass here. */
function settleFile<T>(
  scope: ReadScope,
  requests: RequestColumns,
  style: ReadStyle<T>,
  settled: Settled<T>[],
  plan: ReadPlan,
  { firstFile, firstSlice, result }: ReadChunk,
  planned: number,
): void {
  const { operation } = scope;
  const file = planned - firstFile;
  const path = requests.targets[planned]?.path ?? '';
  const start = plan.starts[planned] ?? 0;
  const end = plan.starts[planned + 1] ?? start;
  const expected = requests.expectedHashes[plan.order[start] ?? 0];
  const hash = result.asExpected[file] === 1 ? expected : sameText(result.hashes[file] as ContentHash, expected);
  const outcome: ReadOutcome = { requests, result, file, path, hash: hash as ContentHash };
  const failure = result.status[file] === 0 ? undefined : rejected(fileFailure(scope, path, result, file), operation);
  for (let place = start; place < end; place++) {
    const index = plan.order[place] ?? 0;
    const slice = place - firstSlice;
    const expectedHash = requests.expectedHashes[index];
    if (failure) settled[index] = failure;
    // Before the range: offsets mean nothing in a content that they were not taken from.
    else if (expectedHash !== undefined && expectedHash !== hash) {
      settled[index] = rejected(contentMismatch({ operation, path, expectedHash, actualHash: hash }), operation);
    } else if (result.sliceStatus[slice] !== 0) {
      settled[index] = rejected(sliceFailure(scope, outcome, index, slice), operation);
    } else settled[index] = { status: 'fulfilled', value: style.build(outcome, index, slice) };
  }
}

/** The caller's string instead of an equal one: it is there in any case, and compared with itself next. */
function sameText(hash: ContentHash, expectedHash: ContentHash | undefined): ContentHash {
  return hash === expectedHash ? expectedHash : hash;
}

function fileFailure(
  { context, operation }: ReadScope,
  path: string,
  result: ReadBatchResult,
  file: number,
): PlokeIoError {
  const status = result.status[file] ?? 0;
  return failureFrom(context.addon, status, result.syscalls[file] ?? 0, {
    operation,
    path,
    ...(status === NativeFailure.tooLarge
      ? { byteLength: result.byteLengths[file], maxFileBytes: context.options.maxFileBytes }
      : {}),
  });
}

function sliceFailure(
  { context, operation }: ReadScope,
  { requests, result, file, path }: ReadOutcome,
  index: number,
  slice: number,
): PlokeIoError {
  const at = index * SLICE_WIDTH;
  const byteLength = result.byteLengths[file] ?? 0;
  const end = requests.slices[at + 3] ?? byteLength;
  return failureFrom(context.addon, result.sliceStatus[slice] ?? 0, 0, {
    operation,
    path,
    start: requests.slices[at + 2],
    end: Number.isFinite(end) ? end : byteLength,
    byteLength,
  });
}

/** `read.files` and `read.bytes` count what was read and hashed, not what was handed over. */
export function countReads({ context, trace }: ReadScope, files: number, bytes: number): void {
  if (files === 0) return;
  context.metrics.count('read.files', files);
  context.metrics.count('read.bytes', bytes);
  trace?.addBytes(bytes);
}
