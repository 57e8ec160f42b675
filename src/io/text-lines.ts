import type { PatchLine } from './patch.js';

const byteOrderMark = '\ufeff';

/** A line and how it ends. */
export interface TextLine {
  readonly text: string;
  /** `''` of a last line without an end. */
  readonly end: '\n' | '\r\n' | '';
}

/** A text as lines; put together again it is the same, byte for byte. */
export interface Lines {
  readonly mark: '' | typeof byteOrderMark;
  readonly lines: readonly TextLine[];
}

/** Lines of the base that go, and lines that come in their place. */
export interface LineChange {
  /** 0-based line of the base. */
  readonly start: number;
  readonly removed: number;
  readonly added: readonly PatchLine[];
  /** The hunk's old lines end in CR LF in the diff: added lines that do not are meant so. */
  readonly isReturned: boolean | undefined;
  /** Whether the hunk says how the file ends. */
  readonly isEndTold: boolean;
}

export function splitLines(text: string): Lines {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : '';
  const lines: TextLine[] = [];
  for (let start = mark.length; start < text.length; ) {
    const at = text.indexOf('\n', start);
    if (at < 0) {
      lines.push({ text: text.slice(start), end: '' });
      break;
    }
    const isReturned = at > start && text[at - 1] === '\r';
    lines.push({ text: text.slice(start, isReturned ? at - 1 : at), end: isReturned ? '\r\n' : '\n' });
    start = at + 1;
  }
  return { mark, lines };
}

/**
 * The text with the changes made, which are in order and do not overlap. Lines that stay keep their ends. A line that comes
 * ends as the line that it replaces, else as its neighbour; where the diff itself changes the ends, as the diff has it.
 */
export function changeLines({ mark, lines }: Lines, changes: readonly LineChange[]): string {
  const usual = prevailingEnd(lines);
  const result: TextLine[] = [];
  let at = 0;
  for (const change of changes) {
    for (; at < change.start; at++) push(result, lines[at]);
    const gone = lines.slice(at, at + change.removed);
    at += change.removed;
    for (const [index, line] of change.added.entries()) {
      const neighbour = gone[index] ?? gone.at(-1) ?? result.at(-1) ?? lines[at];
      result.push({ text: line.text, end: endOf(line, change, neighbour, usual) });
    }
  }
  for (; at < lines.length; at++) push(result, lines[at]);
  return mark + joined(result, lines, changes, usual);
}

function push(result: TextLine[], line: TextLine | undefined): void {
  if (line) result.push(line);
}

function endOf(
  { hasReturn, isUnended }: PatchLine,
  { isReturned, isEndTold }: LineChange,
  neighbour: TextLine | undefined,
  usual: '\n' | '\r\n',
): TextLine['end'] {
  if (isUnended) return '';
  if (isReturned === undefined || hasReturn !== isReturned) return hasReturn ? '\r\n' : '\n';
  if (neighbour?.end === '' && !isEndTold) return '';
  return neighbour && neighbour.end !== '' ? neighbour.end : usual;
}

/**
 * A line without an end may only be the last one. What stood there and is not the last any more gets one; where the base
 * had no end and the diff does not say otherwise, the last line has none either.
 */
function joined(
  result: readonly TextLine[],
  base: readonly TextLine[],
  changes: readonly LineChange[],
  usual: '\n' | '\r\n',
): string {
  let text = '';
  for (const [index, line] of result.entries()) {
    const isLast = index === result.length - 1;
    if (!isLast) text += line.text + (line.end === '' ? usual : line.end);
    else text += line.text + (isLastUntold(base, changes) ? '' : line.end);
  }
  return text;
}

/** Whether lines were put behind a last line without an end that stays, by a diff that does not speak of its end. */
function isLastUntold(base: readonly TextLine[], changes: readonly LineChange[]): boolean {
  const last = changes.at(-1);
  const isBehind = last !== undefined && last.start === base.length && last.added.length > 0;
  return isBehind && !last.isEndTold && base.at(-1)?.end === '';
}

function prevailingEnd(lines: readonly TextLine[]): '\n' | '\r\n' {
  const returned = lines.filter(({ end }) => end === '\r\n').length;
  return returned * 2 > lines.length ? '\r\n' : '\n';
}
