import { resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { parseContentHash } from '../index.js';
import type { ByteRange, ContentHash, LineRange } from '../types.js';
import { UsageError } from './usage.js';

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

/** Options of a command (all strings or flags, none repeated) and its positional arguments. */
export interface CommandLine {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
}

/** @throws UsageError for an unknown option, a missing value or the wrong number of arguments */
export function parseCommandLine(
  args: readonly string[],
  options: Readonly<OptionsConfig>,
  { least, most, what }: { readonly least: number; readonly most: number; readonly what: string },
): CommandLine {
  const { values, positionals } = parse(args, options);
  if (positionals.length < least || positionals.length > most) {
    throw new UsageError(
      positionals.length < least ? `${what} is missing.` : `Too many arguments: ${what} is expected.`,
    );
  }
  return {
    positionals,
    text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    flag: (name) => values[name] === true,
  };
}

function parse(args: readonly string[], options: Readonly<OptionsConfig>) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    // parseArgs throws TypeErrors with codes ERR_PARSE_ARGS_…; its messages say what is wrong.
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The library takes absolute paths only; on the command line they are relative to the current directory. */
export function absolute(path: string): string {
  return resolve(path);
}

/** @throws UsageError */
export function hashOption(value: string | undefined): ContentHash | undefined {
  if (value === undefined) return undefined;
  try {
    return parseContentHash(value);
  } catch {
    // ERR_PLOKE_INVALID_ARGUMENT, whose message speaks of an argument that the user has not given.
    throw new UsageError(
      `--expect takes a hash ("sha256-" and 64 lower-case hex digits), not ${JSON.stringify(value)}.`,
    );
  }
}

/** `START:END` in bytes. @throws UsageError */
export function rangeOption(value: string | undefined): ByteRange | undefined {
  return value === undefined ? undefined : parsePair('--range', value, 0);
}

/** `FIRST:LAST` in lines. @throws UsageError */
export function linesOption(value: string | undefined): LineRange | undefined {
  return value === undefined ? undefined : parsePair('--lines', value, 1);
}

/** A number without a sign. @throws UsageError */
export function countOption(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new UsageError(`${option} takes a number, not ${JSON.stringify(value)}.`);
}

/** A number from 0 to 1. @throws UsageError */
export function ratioOption(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^(0|1|0?\.\d+|[01]\.\d+)$/.test(value) && Number(value) <= 1) return Number(value);
  throw new UsageError(`${option} takes a number from 0 to 1, not ${JSON.stringify(value)}.`);
}

function parsePair(option: string, value: string, least: number): { start?: number; end?: number } {
  const match = /^(\d*):(\d*)$/.exec(value);
  const [start, end] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (!match || (start === '' && end === '')) {
    throw new UsageError(`${option} takes two numbers with a colon between them, not ${JSON.stringify(value)}.`);
  }
  const pair = { ...(start === '' ? {} : { start: Number(start) }), ...(end === '' ? {} : { end: Number(end) }) };
  const { start: from = least, end: to = Number.MAX_SAFE_INTEGER } = pair;
  if (from < least || from > to) throw new UsageError(`${option} ${value} runs backwards or begins before ${least}.`);
  return pair;
}
