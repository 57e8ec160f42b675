import { hostPlatform } from '../platform/host.js';
import { PlokeIoError } from './ploke-io-error.js';
import { packageVersion } from './version.js';
import { foreignText, givenValue, type PrivatePart, Wording, wording } from './wording.js';

/** Of what was thrown at most this many characters are told in the message; the cause has all of them. */
const maxShownCharacters = 200;

/** What whoever looks for a bug needs to know first; `details.report` of ERR_PLOKE_INTERNAL. */
export interface BugReport {
  /** Of ploke-io. */
  readonly version: string;
  /** For example `linux-x64`. */
  readonly platform: string;
  readonly node: string;
  readonly operation: string;
}

/**
 * A bug of ours, which says what a report of it has to hold.
 *
 * @param cause what was thrown, or a text that says which invariant is broken
 */
export function internalError(operation: string, cause: unknown, path?: string): PlokeIoError {
  const platform = `${hostPlatform}-${process.arch}`;
  const { node } = process.versions;
  const report: BugReport = { version: packageVersion, platform, node, operation };
  return new PlokeIoError({
    code: 'ERR_PLOKE_INTERNAL',
    message: wording`Bug in ploke-io: ${whatBroke(cause)}`,
    action:
      `Please report it to the maintainers of ploke-io, with the stacks of this error and of its cause and with this: ` +
      `ERR_PLOKE_INTERNAL in ${operation}, ploke-io ${packageVersion}, ${platform}, Node.js ${node}. ` +
      'The workspace takes no more calls: open a new one.',
    operation,
    path,
    details: { report },
    cause: cause instanceof Error ? cause : undefined,
  });
}

function whatBroke(cause: unknown): string | PrivatePart | Wording {
  if (cause instanceof Wording) return cause;
  if (cause instanceof Error) return foreignText(shorten(cause.message));
  if (typeof cause === 'string') return shorten(cause);
  return 'an unknown failure';
}

function shorten(text: string): string {
  return text.length <= maxShownCharacters ? text : `${text.slice(0, maxShownCharacters - 1)}…`;
}

/** For the end of an exhaustive switch: the type says that it cannot be reached. */
export function unreachable(value: never, operation: string): never {
  throw internalError(operation, wording`no case for ${givenValue(value)}`);
}
