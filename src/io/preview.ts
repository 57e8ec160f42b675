import { FILE_HEADERS_ONLY, formatPatch, type StructuredPatch, structuredPatch } from 'diff';

const contextLines = 3;
// The time of the diff algorithm grows with the square of the number of changed lines (Myers 1986), and it runs on the
// program's own thread. Beyond this many the preview shows one block of removed and one of added lines.
const maxChangedLines = 400;
const noFinalNewline = '\\ No newline at end of file';

/** A unified diff from `before` to `after`, both UTF-8, under the name `path`; empty when they are equal. */
export function previewDiff(path: string, before: Uint8Array, after: Uint8Array): string {
  const oldText = decode(before);
  const newText = decode(after);
  if (oldText === newText) return '';
  const patch =
    structuredPatch(path, path, oldText, newText, undefined, undefined, {
      context: contextLines,
      maxEditLength: maxChangedLines,
    }) ?? coarsePatch(path, oldText, newText);
  return formatPatch(patch, FILE_HEADERS_ONLY);
}

function decode(bytes: Uint8Array): string {
  // Not TextDecoder: it would drop a byte order mark, and its removal would not show.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Everything between the first and the last line that differ, as one hunk. */
function coarsePatch(path: string, oldText: string, newText: string): StructuredPatch {
  const oldLines = linesOf(oldText);
  const newLines = linesOf(newText);
  const shorter = Math.min(oldLines.length, newLines.length);
  let head = 0;
  while (head < shorter && oldLines[head] === newLines[head]) head++;
  let tail = 0;
  while (tail < shorter - head && oldLines.at(-1 - tail) === newLines.at(-1 - tail)) tail++;

  const start = Math.max(0, head - contextLines);
  const after = Math.min(tail, contextLines);
  const removed = oldLines.slice(head, oldLines.length - tail);
  const added = newLines.slice(head, newLines.length - tail);
  const lines = [
    ...marked(' ', oldLines.slice(start, head)),
    ...marked('-', removed),
    ...marked('+', added),
    ...marked(' ', oldLines.slice(oldLines.length - tail, oldLines.length - tail + after)),
  ];
  const context = head - start + after;
  const hunk = {
    oldStart: start + 1,
    oldLines: removed.length + context,
    newStart: start + 1,
    newLines: added.length + context,
    lines,
  };
  return { oldFileName: path, newFileName: path, oldHeader: undefined, newHeader: undefined, hunks: [hunk] };
}

/** Lines with their ends; a line without one is the last. */
function linesOf(text: string): string[] {
  const lines = text.split(/(?<=\n)/);
  return lines[0] === '' ? [] : lines;
}

function marked(mark: ' ' | '-' | '+', lines: readonly string[]): string[] {
  const result: string[] = [];
  for (const line of lines) {
    if (line.endsWith('\n')) result.push(mark + line.slice(0, -1));
    else result.push(mark + line, noFinalNewline);
  }
  return result;
}
