import type { ErrorCode } from '../types.js';
import { findPlaces, maxCounted, type Places } from './find-text.js';

/** One edit of a file, in bytes of its base. `index` is the caller's: it names the edit in failures. */
export type Splice = { readonly index: number; readonly replacement: Uint8Array } & (
  | { readonly start: number; readonly end: number }
  | { readonly find: Uint8Array; readonly all: boolean }
);

/** What an edit did: `start` in bytes of the base (of the first place with `all`), and bytes over all its places. */
export interface SpliceEffect {
  readonly start: number;
  readonly removed: number;
  readonly added: number;
}

/** Why an edit cannot be applied. Plain data: the operation knows the path and makes the error. */
export interface SpliceFailure {
  readonly code: Extract<
    ErrorCode,
    'ERR_PLOKE_RANGE' | 'ERR_PLOKE_CHAR_BOUNDARY' | 'ERR_PLOKE_EDIT_OVERLAP' | 'ERR_PLOKE_EDIT_NOT_UNIQUE'
  >;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export type SpliceResult =
  | { readonly ok: true; readonly content: Uint8Array; readonly effects: ReadonlyMap<number, SpliceEffect> }
  | { readonly ok: false; readonly failures: ReadonlyMap<number, SpliceFailure> };

interface Span {
  readonly edit: Splice;
  readonly start: number;
  readonly end: number;
}

/**
 * Applies all edits to `base`, or none. Every edit is judged against the base, so their order matters only for several
 * inserts at one place, which keep it. Edits may touch; any that share a byte, or insert inside another's range, are
 * `ERR_PLOKE_EDIT_OVERLAP`. Bytes outside the edits are copied as they are.
 *
 * `base` must be UTF-8 and so must replacements and searched texts: then the result is UTF-8, because offsets in the middle
 * of a character are refused (`ERR_PLOKE_CHAR_BOUNDARY`) and UTF-8 text never matches in the middle of one (RFC 3629, 1).
 */
export function splice(base: Uint8Array, edits: readonly Splice[]): SpliceResult {
  const failures = new Map<number, SpliceFailure>();
  const spans: Span[] = [];
  for (const edit of edits) {
    const located = 'find' in edit ? locateText(base, edit) : locateRange(base, edit);
    if (Array.isArray(located)) for (const span of located) spans.push(span);
    else failures.set(edit.index, located);
  }
  spans.sort((a, b) => a.start - b.start || a.end - b.end || a.edit.index - b.edit.index);
  findOverlaps(spans, failures);
  if (failures.size > 0) return { ok: false, failures };
  return { ok: true, content: build(base, spans), effects: effectsOf(spans) };
}

function locateRange(base: Uint8Array, edit: Splice & { readonly start: number; readonly end: number }) {
  const { start, end } = edit;
  const byteLength = base.length;
  const details = { start, end, byteLength };
  if (start > end || end > byteLength) {
    const message = `bytes ${start} to ${end} are not a range of the file's ${byteLength} bytes`;
    return { code: 'ERR_PLOKE_RANGE', message, details } satisfies SpliceFailure;
  }
  for (const offset of [start, end]) {
    if (isInsideCharacter(base, offset)) {
      const message = `byte offset ${offset} lies inside a character`;
      return { code: 'ERR_PLOKE_CHAR_BOUNDARY', message, details } satisfies SpliceFailure;
    }
  }
  return [{ edit, start, end }];
}

/** In UTF-8 every byte of a character but its first is 10xxxxxx. */
function isInsideCharacter(base: Uint8Array, offset: number): boolean {
  const byte = base[offset];
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function locateText(base: Uint8Array, edit: Splice & { readonly find: Uint8Array; readonly all: boolean }) {
  const places = findPlaces(base, edit.find, edit.all);
  if (places.count === 1 || (edit.all && places.count > 0)) {
    return places.starts.map((start) => ({ edit, start, end: start + edit.find.length }));
  }
  return notUnique(places);
}

function notUnique(places: Places): SpliceFailure {
  const message =
    places.count === 0
      ? `the text to replace does not occur${places.hint === undefined ? '' : ` (${places.hint})`}`
      : `the text to replace occurs ${places.count === maxCounted ? 'at least ' : ''}${places.count} times`;
  const details = { occurrences: places.count, places: places.shown };
  return { code: 'ERR_PLOKE_EDIT_NOT_UNIQUE', message, details };
}

/** `spans` are sorted, so a span that overlaps any earlier one overlaps the one that reaches furthest. */
function findOverlaps(spans: readonly Span[], failures: Map<number, SpliceFailure>): void {
  let furthest: Span | undefined;
  for (const span of spans) {
    if (furthest !== undefined && span.start < furthest.end) {
      if (!failures.has(span.edit.index)) failures.set(span.edit.index, overlap(span, furthest));
      if (!failures.has(furthest.edit.index)) failures.set(furthest.edit.index, overlap(furthest, span));
    }
    if (furthest === undefined || span.end > furthest.end) furthest = span;
  }
}

function overlap(span: Span, other: Span): SpliceFailure {
  return {
    code: 'ERR_PLOKE_EDIT_OVERLAP',
    message: `bytes ${span.start} to ${span.end} overlap bytes ${other.start} to ${other.end} of edit ${other.edit.index}`,
    details: {
      start: span.start,
      end: span.end,
      overlaps: { index: other.edit.index, start: other.start, end: other.end },
    },
  };
}

function build(base: Uint8Array, spans: readonly Span[]): Uint8Array {
  let length = base.length;
  for (const { start, end, edit } of spans) length += edit.replacement.length - (end - start);
  const content = new Uint8Array(length);
  let from = 0;
  let to = 0;
  for (const { start, end, edit } of spans) {
    content.set(base.subarray(from, start), to);
    to += start - from;
    content.set(edit.replacement, to);
    to += edit.replacement.length;
    from = end;
  }
  content.set(base.subarray(from), to);
  return content;
}

function effectsOf(spans: readonly Span[]): Map<number, SpliceEffect> {
  const effects = new Map<number, SpliceEffect>();
  for (const { edit, start, end } of spans) {
    const before = effects.get(edit.index) ?? { start, removed: 0, added: 0 };
    effects.set(edit.index, {
      start: before.start,
      removed: before.removed + end - start,
      added: before.added + edit.replacement.length,
    });
  }
  return effects;
}
