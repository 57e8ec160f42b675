import { constants } from 'node:os';
import type { ContentHash } from '../types.js';
import { describeValue } from './describe-value.js';
import { PlokeIoError } from './ploke-io-error.js';
import { systemError } from './system-error.js';

export { abortError, onAbort, throwIfAborted, unlessAborted } from './abort.js';
export { systemError };

/** The message says which argument, what came and what is expected; nothing is added to it. */
export function invalidArgument(
  operation: string,
  message: string,
  details?: Readonly<Record<string, unknown>>,
  cause?: unknown,
): PlokeIoError {
  return new PlokeIoError({ code: 'ERR_PLOKE_INVALID_ARGUMENT', message, action: '', operation, details, cause });
}

/**
 * The message says what is wrong with the path, in one sentence, and what to pass instead, in another. A path that is
 * given is put between the two; otherwise the message holds it already, shortened.
 */
export function invalidPath(operation: string, message: string, path?: string): PlokeIoError {
  const end = path === undefined ? -1 : message.indexOf('. ');
  const [what, action] = end < 0 ? [message, ''] : [message.slice(0, end), message.slice(end + 2)];
  return new PlokeIoError({ code: 'ERR_PLOKE_INVALID_PATH', message: what, action, operation, path });
}

/** A bug of ours: `cause` is what was thrown, or a text that says which invariant is broken. */
export function internalError(operation: string, cause: unknown): PlokeIoError {
  const what = cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : 'an unknown failure';
  return new PlokeIoError({
    code: 'ERR_PLOKE_INTERNAL',
    message: `Bug in ploke-io: ${what.length <= 200 ? what : `${what.slice(0, 199)}…`}`,
    operation,
    cause: cause instanceof Error ? cause : undefined,
  });
}

/**
 * Whatever was thrown, as the one error class. That the system had no thread to give, which the addon rejects with, is the
 * system's failure; anything else is a bug of ours.
 */
export function thrownError(operation: string, thrown: unknown): PlokeIoError {
  if (thrown instanceof PlokeIoError) return thrown;
  const isShortage = thrown instanceof Error && 'code' in thrown && thrown.code === 'EAGAIN';
  return isShortage
    ? systemError({ errno: constants.errno.EAGAIN, syscall: 'pthread_create', operation })
    : internalError(operation, thrown);
}

export function closedError(operation: string): PlokeIoError {
  return new PlokeIoError({ code: 'ERR_PLOKE_CLOSED', message: 'The workspace has been closed', operation });
}

/** A content that is not the expected one, as data: both hashes, and null where the file does not exist. */
export function contentMismatch(init: {
  readonly operation: string;
  readonly path: string;
  readonly expectedHash?: ContentHash | undefined;
  readonly actualHash?: ContentHash | null | undefined;
}): PlokeIoError {
  const { operation, path, expectedHash, actualHash } = init;
  return new PlokeIoError({
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    message: 'The file does not hold the content that was expected',
    operation,
    path,
    expectedHash,
    actualHash,
  });
}

/** For the end of an exhaustive switch: the type says that it cannot be reached. */
export function unreachable(value: never, operation: string): never {
  throw internalError(operation, `no case for ${describeValue(value)}`);
}
