import { contentOf, type ReadBatchResult } from '../native/look-batches.js';

/**
 * The result of a batch with some of its files replaced by a second attempt at them. `indexes` are the files of `again`
 * within `into`; `slicesOf` tells where a file's slices lie in `into`. In `again` they follow one another.
 */
export function mergeReadResults(
  into: ReadBatchResult,
  again: ReadBatchResult,
  indexes: readonly number[],
  slicesOf: (index: number) => readonly [start: number, end: number],
): ReadBatchResult {
  const hashes = [...into.hashes];
  const stamps = into.stamps && [...into.stamps];
  const contents = [...into.contents];
  // What was read again may be beyond the integers that were enough before.
  const sliceStarts = Float64Array.from(into.sliceStarts);
  const sliceEnds = Float64Array.from(into.sliceEnds);
  let from = 0;
  for (const [position, index] of indexes.entries()) {
    into.status[index] = again.status[position] ?? 0;
    into.syscalls[index] = again.syscalls[position] ?? 0;
    into.byteLengths[index] = again.byteLengths[position] ?? 0;
    hashes[index] = again.hashes[position];
    into.asExpected[index] = again.asExpected[position] ?? 0;
    if (stamps) stamps[index] = again.stamps?.[position];
    const [start, end] = slicesOf(index);
    for (let slice = start; slice < end; slice++, from++) {
      into.sliceStatus[slice] = again.sliceStatus[from] ?? 0;
      sliceStarts[slice] = again.sliceStarts[from] ?? 0;
      sliceEnds[slice] = again.sliceEnds[from] ?? 0;
      into.truncated[slice] = again.truncated[from] ?? 0;
      into.textOf[slice] = -1;
      contents[slice] = contentOf(again, from);
    }
  }
  const filesRead = into.filesRead + again.filesRead;
  const bytesRead = into.bytesRead + again.bytesRead;
  return { ...into, hashes, stamps, sliceStarts, sliceEnds, contents, filesRead, bytesRead };
}
