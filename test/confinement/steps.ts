/** Short makers for the steps and facts that most cases use, so that the tables read as data. */
import type { Argument, Expectation, Expectations, Fact, Outcome, Policy, Step } from './vocabulary.js';

export const file = (path: string, text: string, mode?: number): Step =>
  mode === undefined ? { file: path, text } : { file: path, text, mode };
export const directory = (path: string, mode?: number): Step =>
  mode === undefined ? { directory: path } : { directory: path, mode };
export const link = (path: string, to: string): Step => ({ link: path, to });

export const raw = (text: string): Argument => ({ raw: text });
export const value = (make: (arena: string) => unknown): Argument => ({ value: make });

export const content = (path: string, is: string, ...under: Policy[]): Fact =>
  under.length === 0 ? { contentOf: path, is } : { contentOf: path, is, under };
export const absent = (path: string, ...under: Policy[]): Fact =>
  under.length === 0 ? { absent: path } : { absent: path, under };
export const directoryAt = (path: string): Fact => ({ directoryAt: path });
export const linkAt = (path: string, to: string, ...under: Policy[]): Fact =>
  under.length === 0 ? { linkAt: path, to } : { linkAt: path, to, under };
export const names = (path: string, ...are: string[]): Fact => ({ namesIn: path, are });
export const modeOf = (path: string, is: number): Fact => ({ modeOf: path, is });

export const everywhere = (...expected: [Outcome, ...Outcome[]]): Expectations => ({
  'deny-cross-root': expected,
  follow: expected,
  deny: expected,
});
export const byPolicy = (denyCrossRoot: Expectation, follow: Expectation, deny: Expectation): Expectations => ({
  'deny-cross-root': denyCrossRoot,
  follow,
  deny,
});
/** A link on the way is followed where links are taken at all. */
export const followed = (...expected: [Outcome, ...Outcome[]]): Expectations => byPolicy(expected, expected, ['LINK']);

export const invalid = everywhere('INVALID');
/** The argument lies in no root: one answer, whether or not the target exists. */
export const outside = everywhere('OUTSIDE');
/** A link leads out: one answer in the policies that follow links, the plain refusal in the one that takes none. */
export const escapes = followed('ESCAPE');
/** A link leads from one root to another. */
export const crosses = (...inFollow: [Outcome, ...Outcome[]]): Expectations =>
  byPolicy(['CROSSROOT'], inFollow, ['LINK']);
