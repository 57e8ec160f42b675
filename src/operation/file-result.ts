import type { ReadBatchResult } from '../native/look-batches.js';
import type { ContentHash, FileBase, FileBytes, FileText } from '../types.js';
import type { ReadRequests } from './read-requests.js';

export function buildFileText(
  requests: ReadRequests,
  index: number,
  result: ReadBatchResult,
  file: number,
  slice: number,
): FileText {
  return { ...buildBase(requests, index, result, file, slice), text: result.contents[slice] as string };
}

export function buildFileBytes(
  requests: ReadRequests,
  index: number,
  result: ReadBatchResult,
  file: number,
  slice: number,
): FileBytes {
  return { ...buildBase(requests, index, result, file, slice), bytes: result.contents[slice] as Uint8Array };
}

function buildBase(
  requests: ReadRequests,
  index: number,
  result: ReadBatchResult,
  file: number,
  slice: number,
): FileBase {
  const id = requests.ids[index];
  const base = {
    path: requests.pathOf(index),
    hash: result.hashes[file] as ContentHash,
    byteLength: result.byteLengths[file] ?? 0,
    start: result.sliceStarts[slice] ?? 0,
    end: result.sliceEnds[slice] ?? 0,
    truncated: result.truncated[slice] === 1,
    stamp: result.stamps?.[file] ?? '',
    warnings: [],
  };
  return id === undefined ? base : { id, ...base };
}
