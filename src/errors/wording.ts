import { describePath, describeValue } from './describe-value.js';
import type { PathRedactor } from './path-redactor.js';

/** A part of a message that may name a file or repeat what a caller passed. */
export interface PrivatePart {
  /** As it reads where nothing is redacted. */
  readonly shown: string;
  readonly redacted: (redactor: PathRedactor) => string;
}

/** A message whose private parts are kept apart from the rest, so that it can be told without them. Made by `wording`. */
export class Wording {
  readonly #parts: readonly (string | PrivatePart)[];

  constructor(parts: readonly (string | PrivatePart)[]) {
    this.#parts = parts;
  }

  toString(): string {
    return this.#parts.map((part) => (typeof part === 'string' ? part : part.shown)).join('');
  }

  redacted(redactor: PathRedactor): string {
    return this.#parts.map((part) => (typeof part === 'string' ? part : part.redacted(redactor))).join('');
  }

  get parts(): readonly (string | PrivatePart)[] {
    return this.#parts;
  }
}

/**
 * A message with what is private in it. Everything that comes from a caller, from another process or from a file stands in it
 * as `givenValue`, `givenPath` or `foreignText`; what is given as plain text is this package's own.
 *
 * @example wording`The path is not absolute: ${givenPath(text)}. Pass an absolute path.`
 */
export function wording(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | PrivatePart | Wording)[]
): Wording {
  const parts: (string | PrivatePart)[] = [];
  for (const [index, text] of strings.entries()) {
    parts.push(text);
    const value = values[index];
    if (value instanceof Wording) parts.push(...value.parts);
    else if (value !== undefined) parts.push(typeof value === 'number' ? String(value) : value);
  }
  return new Wording(parts);
}

/** A bad value: what it is, and, where nothing is redacted, the text itself, quoted and shortened. */
export function givenValue(value: unknown): string | PrivatePart {
  const shown = describeValue(value);
  // Whatever it was meant for, a text may be a path that came to the wrong place.
  return typeof value === 'string' ? { shown, redacted: () => `a string of ${value.length} characters` } : shown;
}

/** What was passed as a path and is none that is taken, quoted and shortened. */
export function givenPath(text: string): PrivatePart {
  return { shown: describeValue(text), redacted: (redactor) => describePath(redactor.path(text)) };
}

/** A path of ours: of the addon, say. */
export function shownPath(path: string): PrivatePart {
  return { shown: path, redacted: (redactor) => describePath(redactor.path(path)) };
}

/** A text that is not of this package; see `PathRedactor.text`. */
export function foreignText(text: string, paths?: readonly string[]): PrivatePart {
  return { shown: text, redacted: (redactor) => redactor.text(text, paths) };
}

/** Leaves out what is private. */
export const withoutNames: PathRedactor = { mode: 'hash', path: () => '…', text: () => '…', frames: () => '' };

/** The message as it reads where nothing is redacted, or as a redactor tells it. */
export function wordingText(message: string | Wording, redactor?: PathRedactor): string {
  if (typeof message === 'string') return message;
  return redactor ? message.redacted(redactor) : message.toString();
}
