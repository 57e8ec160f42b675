import { contentOf } from '../native/look-batches.js';
import type { FileBase, FileBytes, FileText } from '../types.js';
import type { ReadOutcome } from './read-requests.js';

export function buildFileText(outcome: ReadOutcome, index: number, slice: number): FileText {
  return { ...buildBase(outcome, index, slice), text: contentOf(outcome.result, slice) as string };
}

export function buildFileBytes(outcome: ReadOutcome, index: number, slice: number): FileBytes {
  return { ...buildBase(outcome, index, slice), bytes: contentOf(outcome.result, slice) as Uint8Array };
}

function buildBase({ requests, result, file, path, hash }: ReadOutcome, index: number, slice: number): FileBase {
  const id = requests.ids[index];
  const base = {
    path,
    hash,
    byteLength: result.byteLengths[file] ?? 0,
    start: result.sliceStarts[slice] ?? 0,
    end: result.sliceEnds[slice] ?? 0,
    truncated: result.truncated[slice] === 1,
    stamp: result.stamps?.[file] ?? '',
    warnings: [],
  };
  return id === undefined ? base : { id, ...base };
}
