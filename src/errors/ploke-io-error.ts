import type { ContentHash, ErrorCode, PlokeIoError as PlokeIoErrorModel, WriteResult } from '../types.js';
import { causeAsJson } from './cause.js';
import { errorCodes } from './code-table.js';
import { describePath } from './describe-value.js';
import { systemCodeFacts } from './system-codes.js';
import { type Wording, withoutNames, wordingText } from './wording.js';

export interface ErrorInit {
  /** A code of the table, or Node's code of a system failure. */
  readonly code: ErrorCode | (string & {});
  /**
   * What went wrong, without a full stop: the path and what to do are added. Whatever else may name a file or comes from a
   * caller stands in a `Wording`.
   */
  readonly message: string | Wording;
  /** What to do next, as a whole sentence. Default: the table's; `''`: the message says it already. */
  readonly action?: string | undefined;
  /** The method that failed, for example `readFile`. */
  readonly operation: string;
  readonly path?: string | undefined;
  /** Node's errno: below 0. */
  readonly errno?: number | undefined;
  readonly syscall?: string | undefined;
  readonly cause?: unknown;
  readonly committed?: boolean | 'unknown' | undefined;
  readonly result?: WriteResult | undefined;
  readonly expectedHash?: ContentHash | undefined;
  /** null: the file does not exist. */
  readonly actualHash?: ContentHash | null | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

const optionalMembers = [
  'path',
  'errno',
  'syscall',
  'committed',
  'result',
  'expectedHash',
  'actualHash',
  'details',
] as const;

/** What a message is put together from; kept, so that it can be put together anew with other paths in it. */
interface MessageParts {
  readonly message: string | Wording;
  readonly action: string;
}

/** Apart from the errors: a private member would make the class another type than the model of it in types.ts. */
const messageParts = new WeakMap<object, MessageParts>();

/**
 * The one error class. Its message reads `<what went wrong>: <path>. <what to do next>`; `code` is stable, the message is
 * not. Members that do not apply are absent, not undefined.
 *
 * @example
 * ```ts
 * try {
 *   await workspace.writeFile(`${root}/notes.txt`, '', { expectedHash: hashContent('something else') });
 * } catch (error) {
 *   if (!(error instanceof PlokeIoError)) throw error;
 *   console.log(error.code, error.retryable, error.committed); // → ERR_PLOKE_CONTENT_MISMATCH false false
 * }
 * ```
 */
export class PlokeIoError extends Error implements PlokeIoErrorModel {
  declare readonly code: ErrorCode | (string & {});
  declare readonly severity: 'fatal' | 'internal';
  declare readonly retryable: boolean;
  declare readonly operation: string;
  declare readonly path?: string;
  declare readonly errno?: number;
  declare readonly syscall?: string;
  declare readonly committed?: boolean | 'unknown';
  declare readonly result?: WriteResult;
  declare readonly expectedHash?: ContentHash;
  declare readonly actualHash?: ContentHash | null;
  declare readonly details?: Readonly<Record<string, unknown>>;

  static {
    // On the prototype, as the built-in errors have it, so that the first line of `stack` says it too.
    Object.defineProperty(PlokeIoError.prototype, 'name', {
      value: 'PlokeIoError',
      configurable: true,
      enumerable: false,
      writable: true,
    });
  }

  constructor(init: ErrorInit) {
    const facts = factsOf(init.code);
    const { message, action = facts.action } = init;
    super(composeMessage(message, init.path, action), init.cause === undefined ? undefined : { cause: init.cause });
    messageParts.set(this, { message, action });
    // What Node's own AbortError is called, and what callers test for.
    if (init.code === 'ABORT_ERR') {
      Object.defineProperty(this, 'name', {
        value: 'AbortError',
        configurable: true,
        enumerable: false,
        writable: true,
      });
    }
    const members: Record<string, unknown> = {
      code: init.code,
      severity: facts.severity,
      retryable: facts.retryable,
      operation: init.operation,
    };
    for (const member of optionalMembers) {
      if (init[member] !== undefined) members[member] = init[member];
    }
    Object.assign(this, members);
  }

  /** Every member that is present, `name` and `message`, and the chain of causes in short; no stack. */
  toJSON(): Record<string, unknown> {
    return jsonOf(this, 0);
  }
}

/** What an error was made of and what has been added to it since; undefined for what is no error of this class. */
export function initOf(error: unknown): ErrorInit | undefined {
  if (!isOwn(error)) return undefined;
  const { code, operation, cause } = error;
  const init: Record<string, unknown> = { code, operation, cause, ...messageParts.get(error) };
  for (const member of optionalMembers) init[member] = error[member];
  return init as unknown as ErrorInit;
}

/** The message without the path and without what is private in it, for a warning, whose path is a member of its own. */
export function summaryOf(error: PlokeIoError): string {
  const { message, action } = messageParts.get(error) ?? { message: error.message, action: '' };
  return composeMessage(wordingText(message, withoutNames), undefined, action);
}

/** Calls no trap of a Proxy, as instanceof does. */
function isOwn(value: unknown): value is PlokeIoError {
  return typeof value === 'object' && value !== null && messageParts.has(value);
}

function jsonOf(error: PlokeIoError, depth: number): Record<string, unknown> {
  const { name, message, code, severity, retryable, operation, cause } = error;
  const json: Record<string, unknown> = { name, message, code, severity, retryable, operation };
  for (const member of optionalMembers) {
    if (error[member] !== undefined) json[member] = error[member];
  }
  if (cause !== undefined) json.cause = causeAsJson(cause, depth + 1, ownJson);
  return json;
}

function ownJson(cause: unknown, depth: number): Record<string, unknown> | undefined {
  return isOwn(cause) ? jsonOf(cause, depth) : undefined;
}

function factsOf(code: string): { severity: 'fatal' | 'internal'; retryable: boolean; action: string } {
  if (Object.hasOwn(errorCodes, code)) return errorCodes[code as ErrorCode];
  return { severity: 'fatal', ...systemCodeFacts(code) };
}

function composeMessage(message: string | Wording, path: string | undefined, action: string): string {
  const where = path === undefined ? '' : `: ${describePath(path)}`;
  const what = `${wordingText(message)}${where}`;
  return action === '' ? what : `${what}. ${action}`;
}
