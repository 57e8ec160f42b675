import type { MutationResult, Warning } from '../types.js';
import { type CauseFacts, factsOfCause } from './cause.js';
import { type PathRedactor, plainPaths, RedactingPaths, type RedactionMode } from './path-redactor.js';
import { type ErrorInit, initOf, PlokeIoError } from './ploke-io-error.js';
import { wordingText } from './wording.js';

/** What a workspace says in errors, warnings and telemetry goes through the one that it has. */
export interface Redactor extends PathRedactor {
  /** An error that leaves the workspace, made anew with its paths redacted; what is not ours is given back as it is. */
  error<T>(thrown: T): T;
  /** The caller threw it, so it leaves as it is, even if it is of our class. Telemetry redacts it all the same. */
  leave(thrown: unknown): void;
  /** Whatever was thrown, for telemetry: of what is not ours a copy. */
  reason(thrown: unknown): unknown;
  /** Data that is told beside an error or an event, for example the holders of a lock. */
  details<T>(details: T): T;
  warning(warning: Warning): Warning;
  /** For `<root 0>`: where the roots are to be learnt from, in the order of `workspace.roots`. */
  useRoots(roots: () => readonly string[]): void;
}

const noRedaction: Redactor = {
  ...plainPaths,
  error: (thrown) => thrown,
  leave: () => {},
  reason: (thrown) => thrown,
  details: (details) => details,
  warning: (warning) => warning,
  useRoots: () => {},
};

export function createRedactor(mode: RedactionMode): Redactor {
  return mode === 'none' ? noRedaction : new RedactingRedactor(mode);
}

/** Chains of causes are followed to this depth: one may be made to have no end. */
const maxDepth = 8;

/** Members of `details` that hold paths. */
const pathMembers: ReadonlySet<string> = new Set(['path', 'recovered', 'tried']);
/** Members of `details` whose text is this package's own. */
const ownTexts: ReadonlySet<string> = new Set(['argument', 'remedy']);

class RedactingRedactor extends RedactingPaths implements Redactor {
  /** What has been redacted here already, and comes back as a cause or from a lock. */
  readonly #redacted = new WeakSet<object>();
  /** What leaves as it is; telemetry redacts it. */
  readonly #left = new WeakSet<object>();

  error<T>(thrown: T): T {
    const init = initOf(thrown);
    if (!init || this.#redacted.has(thrown as object) || this.#left.has(thrown as object)) return thrown;
    return this.#ownError(thrown as PlokeIoError, init, 0) as T;
  }

  leave(thrown: unknown): void {
    if (initOf(thrown) && !this.#redacted.has(thrown as object)) this.#left.add(thrown as object);
  }

  reason(thrown: unknown): unknown {
    return this.#cause(thrown, 0);
  }

  details<T>(details: T): T {
    return this.#value(details, undefined) as T;
  }

  warning(warning: Warning): Warning {
    if (warning.path === undefined || this.#redacted.has(warning)) return warning;
    const redacted = { ...warning, path: this.path(warning.path) };
    this.#redacted.add(redacted);
    return redacted;
  }

  #ownError(error: PlokeIoError, init: ErrorInit, depth: number): PlokeIoError {
    const { message, path, details, result } = init;
    const redacted = new PlokeIoError({
      ...init,
      message: wordingText(message, this),
      path: path === undefined ? undefined : this.path(path),
      details: this.details(details),
      result: result && this.#result(result),
      cause: this.#cause(init.cause, depth + 1),
    });
    setStack(redacted, `${error.name}: ${redacted.message}${this.#framesOf(error.stack, error.message)}`);
    this.#redacted.add(redacted);
    return redacted;
  }

  /** An error with a result is told as a whole, so its result is not the data that it is elsewhere. */
  #result<T extends MutationResult>(result: T): T {
    const { path, origin, id, warnings } = result;
    return {
      ...result,
      ...(id === undefined ? {} : { id: this.#value(id, undefined) }),
      path: this.path(path),
      origin: this.#value(origin, undefined),
      warnings: warnings.map((warning) => this.warning(warning)),
    };
  }

  #cause(cause: unknown, depth: number): unknown {
    if (depth > maxDepth) return undefined;
    const init = initOf(cause);
    if (init) return this.#redacted.has(cause as object) ? cause : this.#ownError(cause as PlokeIoError, init, depth);
    const facts = factsOfCause(cause);
    if (facts) return this.#foreignError(facts, depth);
    if (typeof cause === 'string') return this.text(cause);
    const isPlain = cause === null || (typeof cause !== 'object' && typeof cause !== 'function');
    return isPlain ? cause : typeof cause;
  }

  /** Not the object itself: it is not ours to change. */
  #foreignError({ name, message, stack, cause, ...facts }: CauseFacts, depth: number): Error {
    const { path, dest } = facts;
    const inner = this.#cause(cause, depth + 1);
    const paths = [path, dest].filter((known) => known !== undefined);
    const copy = new Error(this.text(message, paths), inner === undefined ? undefined : { cause: inner });
    Object.defineProperty(copy, 'name', { value: name, configurable: true, enumerable: false, writable: true });
    setStack(copy, `${name}: ${copy.message}${this.#framesOf(stack, message)}`);
    const redacted = { ...facts, path: path && this.path(path), dest: dest && this.path(dest) };
    return Object.assign(copy, Object.fromEntries(Object.entries(redacted).filter(([, value]) => value !== undefined)));
  }

  /** `details` may hold anything: whatever has a separator is taken for a path, or for a text that names one. */
  #value(value: unknown, member: string | undefined): unknown {
    if (typeof value === 'string') {
      if (member !== undefined && pathMembers.has(member)) return this.path(value);
      if (member !== undefined && ownTexts.has(member)) return value;
      return /[\\/]/.test(value) ? this.text(value, isPath(value) ? [value] : []) : value;
    }
    if (Array.isArray(value)) return value.map((element) => this.#value(element, member));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, this.#value(inner, name)]));
  }

  /** Without what stands before them, which is the message, or one that the error had before. */
  #framesOf(stack: string | undefined, message: string): string {
    const afterMessage = Math.max(0, stack?.indexOf(message) ?? 0) + message.length;
    const start = stack?.indexOf('\n    at ', afterMessage) ?? -1;
    return stack === undefined || start < 0 ? '' : this.frames(stack.slice(start));
  }
}

/** Absolute, on any system, and of one line. */
function isPath(text: string): boolean {
  return /^(?:[\\/]|[a-z]:[\\/])[^\r\n]*$/i.test(text);
}

function setStack(error: Error, stack: string): void {
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, enumerable: false, writable: true });
}
