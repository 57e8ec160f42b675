import type { Library } from '../operations.js';
import type { Policy } from '../vocabulary.js';
import { otherRootHash, otherRootText, outsideName, secretHash, secretText } from './arena.js';
import type { RaceMode } from './modes.js';

/** What must not show in an answer or a refusal. */
export interface Forbidden {
  readonly words: readonly string[];
  readonly sizes: readonly number[];
}

/** Whether a path below one root may end in the other without that being an escape. */
export function mayReachOtherRoot(mode: RaceMode, policy: Policy): boolean {
  return mode.otherRootAllowed === undefined || mode.otherRootAllowed.includes(policy);
}

export function forbiddenUnder(mode: RaceMode, policy: Policy): Forbidden {
  const outside = ['SECRET', secretHash, outsideName];
  const sizes = [secretText.length];
  if (mayReachOtherRoot(mode, policy)) return { words: outside, sizes };
  return { words: [...outside, 'OTHER-R', otherRootHash], sizes: [...sizes, otherRootText.length] };
}

/** Of a recovered file beside a link's target nothing but its name is told, since nobody knows the way to it. */
const recoveredBesideTarget = /^[^/]+\.ploke-io-recovered-[0-9a-f]{8}$/;

/** What an answer shows from outside, as a sentence, or undefined if nothing. */
export function leakIn(result: unknown, forbidden: Forbidden, roots: readonly string[]): string | undefined {
  const text = textOf(result);
  const word = forbidden.words.find((known) => text.includes(known));
  if (word !== undefined) return `shows ${word}: ${text.slice(0, 300)}`;
  const strange = valuesOf(result, 'path').find(
    (path) =>
      typeof path === 'string' &&
      !recoveredBesideTarget.test(path) &&
      !roots.some((root) => path === root || path.startsWith(`${root}/`)),
  );
  if (strange !== undefined) return `names ${String(strange)}`;
  const size = valuesOf(result, 'byteLength').find((bytes) => forbidden.sizes.includes(Number(bytes)));
  return size === undefined ? undefined : `tells the size of what is outside: ${text.slice(0, 300)}`;
}

/** A refusal may be of any kind, as long as it is one of the library's and tells nothing. */
export function faultIn(library: Library, error: unknown, forbidden: Forbidden): { leak?: string; strange?: string } {
  if (!(error instanceof library.PlokeIoError)) {
    return { strange: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const text = `${error.message} ${JSON.stringify(error)}`;
  const word = forbidden.words.find((known) => text.includes(known));
  if (word !== undefined) return { leak: `the refusal shows ${word}: ${text.slice(0, 300)}` };
  return error.severity === 'internal' ? { strange: text } : {};
}

function textOf(result: unknown): string {
  return String(
    JSON.stringify(result, (_key, value: unknown) => (ArrayBuffer.isView(value) ? bytesAsText(value) : value)),
  );
}

function bytesAsText(view: ArrayBufferView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('latin1');
}

function valuesOf(result: unknown, key: string): unknown[] {
  if (Array.isArray(result)) return result.flatMap((item) => valuesOf(item, key));
  if (typeof result !== 'object' || result === null || ArrayBuffer.isView(result)) return [];
  return Object.entries(result).flatMap(([name, value]) => (name === key ? [value] : valuesOf(value, key)));
}
