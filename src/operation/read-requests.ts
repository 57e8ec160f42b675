import { contentMismatch } from '../errors/make.js';
import { fileOf, planReads, type SliceRequest, setSlice } from '../io/read-plan.js';
import { type ReadChunk, readVerified } from '../io/verified-read.js';
import { NativeFailure } from '../native/batch.js';
import { failureFrom } from '../native/failure.js';
import { type ReadBatchResult, SLICE_WIDTH } from '../native/look-batches.js';
import type { ContentHash, PlokeIoError, Settled } from '../types.js';
import type { OperationContext } from './context.js';
import { DistinctFiles } from './distinct-files.js';
import { nativeSide, type ReadScope } from './read-scope.js';
import { type Rejected, rejected } from './settled.js';

/** Requests that are checked and resolved before the event loop runs again. */
export const requestsPerTurn = 2_048;

export interface ReadRequest {
  readonly path: unknown;
  readonly slice: SliceRequest;
  readonly id: string | undefined;
  readonly expectedHash: ContentHash | undefined;
}

/** The requests of a call in columns, by index; a request that was not added is not read. */
export class ReadRequests {
  readonly files: DistinctFiles;
  readonly slices: Float64Array;
  readonly ids: (string | undefined)[];
  readonly expectedHashes: (ContentHash | undefined)[];
  readonly #scope: ReadScope;

  constructor(count: number, scope: ReadScope) {
    this.#scope = scope;
    this.files = new DistinctFiles(scope.lease, scope.operation);
    this.slices = new Float64Array(count * SLICE_WIDTH).fill(-1);
    this.ids = new Array(count);
    this.expectedHashes = new Array(count);
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

  /** @throws what resolving the path throws */
  set(index: number, request: ReadRequest): void {
    const { mode, a, b, maxBytes } = request.slice;
    setSlice(this.slices, index, this.files.indexOf(request.path), mode, a, b, maxBytes);
    this.ids[index] = request.id;
    this.expectedHashes[index] = request.expectedHash;
  }

  pathOf(index: number): string {
    return this.files.targets[fileOf(this.slices, index)]?.path ?? '';
  }
}

export interface ReadStyle<T> {
  /** True: strings, and files must be UTF-8. */
  readonly text: boolean;
  readonly stamps: boolean;
  /** One request's result from the columns: the file's and the slice's index within the native result. */
  readonly build: (requests: ReadRequests, index: number, result: ReadBatchResult, file: number, slice: number) => T;
}

/**
 * Reads every distinct file once and settles each request that was added. Requests of one file come from one read, so they
 * show one version and share the string of its hash.
 */
export async function readRequests<T>(
  scope: ReadScope,
  requests: ReadRequests,
  style: ReadStyle<T>,
  settled: Settled<T>[],
): Promise<void> {
  const { context, operation } = scope;
  const plan = planReads(requests.files.targets, requests.slices);
  const { text, stamps } = style;
  const read = { ...nativeSide(scope), plan, text, stamps, maxFileBytes: context.options.maxFileBytes };
  await readVerified(read, (chunk) => {
    countReads(context, chunk.result);
    const failures: (Rejected | undefined)[] = [];
    for (let place = chunk.firstSlice; place < chunk.endSlice; place++) {
      const index = plan.order[place] ?? 0;
      const file = fileOf(requests.slices, index) - chunk.firstFile;
      if (chunk.result.status[file] !== 0) {
        failures[file] ??= rejected(fileFailure(scope, requests, index, chunk, file), operation);
        settled[index] = failures[file];
        continue;
      }
      settled[index] = settleSlice(scope, requests, style, index, chunk.result, file, place - chunk.firstSlice);
    }
  });
}

function settleSlice<T>(
  scope: ReadScope,
  requests: ReadRequests,
  style: ReadStyle<T>,
  index: number,
  result: ReadBatchResult,
  file: number,
  slice: number,
): Settled<T> {
  const { operation } = scope;
  const expectedHash = requests.expectedHashes[index];
  // Before the range: offsets mean nothing in a content that they were not taken from.
  if (expectedHash !== undefined && expectedHash !== result.hashes[file]) {
    const actualHash = result.hashes[file] as ContentHash | undefined;
    return rejected(contentMismatch({ operation, path: requests.pathOf(index), expectedHash, actualHash }), operation);
  }
  if (result.sliceStatus[slice] !== 0) {
    return rejected(sliceFailure(scope, requests, index, result, file, slice), operation);
  }
  return { status: 'fulfilled', value: style.build(requests, index, result, file, slice) };
}

function fileFailure(
  { context, operation }: ReadScope,
  requests: ReadRequests,
  index: number,
  { result }: ReadChunk,
  file: number,
): PlokeIoError {
  const status = result.status[file] ?? 0;
  return failureFrom(context.addon, status, result.syscalls[file] ?? 0, {
    operation,
    path: requests.pathOf(index),
    ...(status === NativeFailure.tooLarge
      ? { byteLength: result.byteLengths[file], maxFileBytes: context.options.maxFileBytes }
      : {}),
  });
}

function sliceFailure(
  { context, operation }: ReadScope,
  requests: ReadRequests,
  index: number,
  result: ReadBatchResult,
  file: number,
  slice: number,
): PlokeIoError {
  const at = index * SLICE_WIDTH;
  const byteLength = result.byteLengths[file] ?? 0;
  const end = requests.slices[at + 3] ?? byteLength;
  return failureFrom(context.addon, result.sliceStatus[slice] ?? 0, 0, {
    operation,
    path: requests.pathOf(index),
    start: requests.slices[at + 2],
    end: Number.isFinite(end) ? end : byteLength,
    byteLength,
  });
}

/** `read.files` and `read.bytes` count what was read and hashed, not what was handed over. */
export function countReads(context: OperationContext, result: ReadBatchResult): void {
  let files = 0;
  let bytes = 0;
  for (let file = 0; file < result.status.length; file++) {
    if (result.status[file] !== 0) continue;
    files++;
    bytes += result.byteLengths[file] ?? 0;
  }
  if (files === 0) return;
  context.metrics.count('read.files', files);
  context.metrics.count('read.bytes', bytes);
}
