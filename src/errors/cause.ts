/** Causes of causes are told to this depth: a chain may be made to have no end. */
const maxDepth = 8;

/** The members of an error of Node or of anybody else that a log has use for. */
export interface CauseFacts {
  readonly name: string;
  readonly message: string;
  readonly code: string | number | undefined;
  readonly errno: number | undefined;
  readonly syscall: string | undefined;
  readonly path: string | undefined;
  readonly dest: string | undefined;
  readonly stack: string | undefined;
  readonly cause: unknown;
}

/**
 * undefined for what is no error, or does not let itself be read: a cause may be anything that a signal has for its reason,
 * a Proxy that throws as well.
 */
export function factsOfCause(cause: unknown): CauseFacts | undefined {
  try {
    if (!(cause instanceof Error)) return undefined;
    const members = cause as Error & Readonly<Record<string, unknown>>;
    const text = (name: string) => (typeof members[name] === 'string' ? members[name] : undefined);
    const number = (name: string) => (typeof members[name] === 'number' ? members[name] : undefined);
    return {
      name: text('name') ?? 'Error',
      message: text('message') ?? '',
      code: text('code') ?? number('code'),
      errno: number('errno'),
      syscall: text('syscall'),
      path: text('path'),
      dest: text('dest'),
      stack: text('stack'),
      cause: members.cause,
    };
  } catch {
    // A getter of the caller's, or the trap of a Proxy, threw.
    return undefined;
  }
}

/**
 * A cause for toJSON: its text only, so that JSON.stringify cannot fail on it.
 *
 * @param ofOwn the JSON of an error of ours; undefined for anything else
 */
export function causeAsJson(cause: unknown, depth: number, ofOwn: (cause: unknown, depth: number) => unknown): unknown {
  if (depth >= maxDepth) return '…';
  const own = ofOwn(cause, depth);
  if (own !== undefined) return own;
  const facts = factsOfCause(cause);
  if (facts) {
    const json: Record<string, unknown> = { name: facts.name, message: facts.message };
    if (typeof facts.code === 'string') json.code = facts.code;
    if (facts.cause !== undefined) json.cause = causeAsJson(facts.cause, depth + 1, ofOwn);
    return json;
  }
  return typeof cause === 'string' || typeof cause === 'number' || typeof cause === 'boolean' ? cause : typeof cause;
}
