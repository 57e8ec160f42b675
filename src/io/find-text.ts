/** Where a text occurs. */
export interface Places {
  /** With `all`, of occurrences that do not overlap; else of every occurrence, overlapping ones too, up to `maxCounted`. */
  readonly count: number;
  /** Byte offsets; complete where they are used, that is for one occurrence and with `all`. */
  readonly starts: readonly number[];
  /** The first places for an error message: byte offset and 1-based line. */
  readonly shown: readonly { readonly start: number; readonly line: number }[];
  /** Why the text may be missing although it looks right. */
  readonly hint?: string;
}

/** Places beyond these are not counted where one too many is already an error. */
export const maxCounted = 10_000;
const maxShown = 20;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Finds `text` (not empty) in `content`, both UTF-8, byte for byte. With `all` the places are those that replacing from the
 * front finds. Without, overlapping places count too: `aa` in `aaa` could mean either.
 */
export function findPlaces(content: Uint8Array, text: Uint8Array, all: boolean): Places {
  const haystack = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const starts: number[] = [];
  let count = 0;
  const step = all ? text.length : 1;
  for (let at = haystack.indexOf(text); at >= 0; at = haystack.indexOf(text, at + step)) {
    count++;
    if (all || starts.length < maxShown) starts.push(at);
    if (!all && count === maxCounted) break;
  }
  if (count === 1 || (all && count > 0)) return { count, starts, shown: [] };
  const hint = count === 0 ? lineEndHint(haystack, text) : undefined;
  return { count, starts, shown: withLines(haystack, starts), ...(hint === undefined ? {} : { hint }) };
}

function withLines(content: Uint8Array, starts: readonly number[]) {
  let line = 1;
  let at = 0;
  return starts.map((start) => {
    for (; at < start; at++) if (content[at] === lineFeed) line++;
    return { start, line };
  });
}

/** The commonest reason why a text is not found: the file's lines end otherwise than the text's. */
function lineEndHint(content: Buffer, text: Uint8Array): string | undefined {
  const ofText = lineEnds(text);
  const ofContent = lineEnds(content);
  if (ofText === 'LF' && ofContent === 'CRLF') return 'the file ends its lines with CRLF, the text with LF';
  if (ofText === 'CRLF' && ofContent === 'LF') return 'the file ends its lines with LF, the text with CRLF';
  return undefined;
}

/** How the first line ends, which is how nearly always all do. */
function lineEnds(content: Uint8Array): 'LF' | 'CRLF' | undefined {
  const at = content.indexOf(lineFeed);
  if (at < 0) return undefined;
  return content[at - 1] === carriageReturn ? 'CRLF' : 'LF';
}
