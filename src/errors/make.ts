import { constants } from 'node:os';
import type { ContentHash } from '../types.js';
import { internalError } from './internal-error.js';
import { PlokeIoError } from './ploke-io-error.js';
import { systemError } from './system-error.js';
import type { Wording } from './wording.js';

export { abortError, onAbort, throwIfAborted, unlessAborted } from './abort.js';
export { internalError, unreachable } from './internal-error.js';
export { systemError };

/** The message says which argument, what came and what is expected; nothing is added to it. */
export function invalidArgument(
  operation: string,
  message: string | Wording,
  details?: Readonly<Record<string, unknown>>,
  cause?: unknown,
): PlokeIoError {
  return new PlokeIoError({ code: 'ERR_PLOKE_INVALID_ARGUMENT', message, action: '', operation, details, cause });
}

/**
 * The message says what is wrong with the path, in one sentence, and what to pass instead, in another. A path that is
 * given is put between the two; otherwise the message holds it already, shortened.
 */
export function invalidPath(operation: string, message: string | Wording, path?: string): PlokeIoError {
  const end = path === undefined || typeof message !== 'string' ? -1 : message.indexOf('. ');
  const [what, action] = end < 0 ? [message, ''] : [String(message).slice(0, end), String(message).slice(end + 2)];
  return new PlokeIoError({ code: 'ERR_PLOKE_INVALID_PATH', message: what, action, operation, path });
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
