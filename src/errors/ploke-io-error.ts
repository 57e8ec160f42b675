import type { ContentHash, ErrorCode, PlokeIoError as PlokeIoErrorModel, WriteResult } from '../types.js';
import { errorCodes } from './code-table.js';
import { describePath } from './describe-value.js';
import { systemCodeFacts } from './system-codes.js';

export interface ErrorInit {
  /** A code of the table, or Node's code of a system failure. */
  readonly code: ErrorCode | (string & {});
  /** What went wrong, without a full stop: the path and what to do are added. */
  readonly message: string;
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

/**
 * The one error class. Its message reads `<what went wrong>: <path>. <what to do next>`; `code` is stable, the message is
 * not. Members that do not apply are absent, not undefined.
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
    super(composeMessage(init, facts.action), init.cause === undefined ? undefined : { cause: init.cause });
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

  /** Every member that is present, `name` and `message`, and the cause in short; no stack. */
  toJSON(): Record<string, unknown> {
    const json: Record<string, unknown> = {
      name: this.name,
      message: this.message,
      code: this.code,
      severity: this.severity,
      retryable: this.retryable,
      operation: this.operation,
    };
    for (const member of optionalMembers) {
      if (this[member] !== undefined) json[member] = this[member];
    }
    if (this.cause !== undefined) json.cause = causeInShort(this.cause);
    return json;
  }
}

function factsOf(code: string): { severity: 'fatal' | 'internal'; retryable: boolean; action: string } {
  if (Object.hasOwn(errorCodes, code)) return errorCodes[code as ErrorCode];
  return { severity: 'fatal', ...systemCodeFacts(code) };
}

function composeMessage(init: ErrorInit, defaultAction: string): string {
  const action = init.action ?? defaultAction;
  const where = init.path === undefined ? '' : `: ${describePath(init.path)}`;
  return action === '' ? `${init.message}${where}` : `${init.message}${where}. ${action}`;
}

/** A cause may be anything a signal's reason may be: its text only, so that JSON.stringify cannot fail on it. */
function causeInShort(cause: unknown): unknown {
  if (cause instanceof PlokeIoError) return cause.toJSON();
  if (cause instanceof Error) {
    const code = 'code' in cause && typeof cause.code === 'string' ? { code: cause.code } : {};
    return { name: cause.name, message: cause.message, ...code };
  }
  return typeof cause === 'string' || typeof cause === 'number' || typeof cause === 'boolean' ? cause : typeof cause;
}
