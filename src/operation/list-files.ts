import { invalidArgument, throwIfAborted } from '../errors/make.js';
import { summaryOf } from '../errors/ploke-io-error.js';
import { planHashes } from '../io/read-plan.js';
import { letEventsRun } from '../io/turn.js';
import { readVerified } from '../io/verified-read.js';
import { failureFrom } from '../native/failure.js';
import {
  checkArray,
  checkBoolean,
  checkChoice,
  checkOptions,
  checkSignal,
  checkString,
  optional,
} from '../policy/arguments.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import { type CallTrace, traceOf } from '../telemetry/call-trace.js';
import type { ContentHash, EntryType, FileEntry, FileListing, ListOptions, Warning } from '../types.js';
import type { OperationContext } from './context.js';
import { DirectoryWalk } from './directory-walk.js';
import { resolveListed, type Warn } from './listed-path.js';
import { startsOfRoots, startUnder } from './listing-start.js';
import { countReads } from './read-requests.js';
import { inReadScope, nativeSide, type ReadScope } from './read-scope.js';
import type { CallPart } from './run.js';

const operation = 'listFiles';
const entryTypes = ['file', 'directory', 'symlink', 'other'] as const;
/** Entries that are looked at before the event loop runs again. */
const entriesPerStep = 1_024;

interface Listing {
  readonly under: string | undefined;
  readonly types: ReadonlySet<EntryType>;
  readonly ignore: readonly string[];
  readonly gitignore: boolean;
  readonly hash: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Everything below the roots, or below `under`, that no pattern ignores: depth first, names in the order of their bytes.
 * Links are entries of their own and never descended into; only `under` itself may lead through links, judged by the
 * policy. `ignore` replaces the workspace's patterns for this listing; they are relative to the root. With `hash`, files
 * carry their hash, and byteLength and stamp are those of the bytes that were hashed.
 *
 * The work is done as the entries are asked for, and ends with the loop. Each iterator is a pass of its own, from the
 * start; `warnings` are those of the latest pass and grow as it goes: directories and files that could not be read, names
 * that are not UTF-8.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT, ERR_PLOKE_INVALID_PATH, ERR_PLOKE_OUTSIDE_ROOTS, ERR_PLOKE_CLOSED at once; the
 * iteration: ABORT_ERR, ERR_PLOKE_CLOSED, and what makes the directory it begins with unreadable
 */
export function listFiles(context: OperationContext, options?: ListOptions): FileListing<FileEntry> {
  const listing = checkListOptions(context, options);
  const warnings: Warning[] = [];
  return {
    warnings,
    [Symbol.asyncIterator]: () => {
      const trace = traceOf(context, operation);
      const entries = entriesOf(context, listing, warnings, trace);
      return trace ? tracedPass(entries, listing, trace) : entries;
    },
  };
}

function checkListOptions(context: OperationContext, options: unknown): Listing {
  const given = checkOptions(operation, options, ['under', 'types', 'ignore', 'gitignore', 'hash', 'signal']);
  const flag = (name: 'gitignore' | 'hash') =>
    optional(given[name], false, (value) => checkBoolean(operation, name, value));
  const lease = context.lease(operation);
  try {
    const under = optional(given.under, undefined, (value) => lease.resolve(value, operation));
    return {
      under: under?.spelt,
      types: new Set(optional(given.types, ['file'], checkTypes)),
      ignore: optional(given.ignore, context.options.ignore, checkPatterns),
      gitignore: flag('gitignore'),
      hash: flag('hash'),
      signal: checkSignal(operation, given.signal),
    };
  } finally {
    lease.release();
  }
}

function checkTypes(value: unknown): EntryType[] {
  const types = checkArray(operation, 'types', value, { max: 100 });
  if (types.length > 0) return types.map((type, index) => checkChoice(operation, `types[${index}]`, type, entryTypes));
  throw invalidArgument(operation, 'types is an empty array. Pass at least one type, or leave it out for files.', {
    argument: 'types',
  });
}

function checkPatterns(value: unknown): string[] {
  const patterns = checkArray(operation, 'ignore', value, { max: 100_000 });
  return patterns.map((pattern, index) => checkString(operation, `ignore[${index}]`, pattern));
}

async function* entriesOf(
  context: OperationContext,
  listing: Listing,
  warnings: Warning[],
  trace: CallTrace | undefined,
): AsyncGenerator<FileEntry, void, undefined> {
  warnings.length = 0;
  const warn: Warn = (warning) => warnings.push(context.redactor.warning(warning));
  const part: CallPart = { trace };
  let walk: DirectoryWalk | undefined;
  const look = async (scope: ReadScope): Promise<FileEntry[]> => {
    walk ??= await beginWalk(scope, listing, warn);
    const entries = await walk.next(scope, entriesPerStep);
    return listing.hash ? withHashes(scope, entries, warn) : entries;
  };
  const step = (): Promise<FileEntry[]> =>
    // The roots are leased for a step only: a loop that takes its time holds up neither setRoots nor close.
    inReadScope(context, operation, listing.signal, look, part);
  for (let isFirst = true; isFirst || walk?.isAtEnd === false; isFirst = false) {
    for (const entry of await step()) {
      throwIfAborted(listing.signal, operation);
      yield entry;
    }
    await letEventsRun();
  }
}

/** The pass as one call, from its first entry that is asked for to the end of the loop. */
async function* tracedPass(
  entries: AsyncGenerator<FileEntry, void, undefined>,
  { under }: Listing,
  trace: CallTrace,
): AsyncGenerator<FileEntry, void, undefined> {
  let handedOut = 0;
  trace.setItems(handedOut);
  if (under !== undefined) trace.about(under);
  trace.open();
  try {
    for await (const entry of entries) {
      trace.setItems(++handedOut);
      yield entry;
    }
  } catch (error) {
    trace.fail(error);
    throw error;
  } finally {
    trace.succeed();
  }
}

async function beginWalk(scope: ReadScope, listing: Listing, warn: Warn): Promise<DirectoryWalk> {
  // What was called before the listing is to be seen in it; it is about more files than could be named.
  await scope.admit('everything');
  const { under, ignore, gitignore, types } = listing;
  const starts =
    under === undefined ? startsOfRoots(scope, ignore) : [await startUnder(scope, under, ignore, gitignore, warn)];
  return new DirectoryWalk(starts, { types, gitignore }, warn);
}

/** A file that is gone by now is left out; one that cannot be read is, too, with a warning. */
async function withHashes(scope: ReadScope, entries: readonly FileEntry[], warn: Warn): Promise<FileEntry[]> {
  const { context } = scope;
  const hashed: (FileEntry | undefined)[] = [...entries];
  const places: number[] = [];
  const files: ResolvedPath[] = [];
  for (const [place, { type, path }] of entries.entries()) {
    if (type !== 'file') continue;
    const file = resolveListed(scope, path, warn);
    hashed[place] = undefined;
    if (file === undefined) continue;
    places.push(place);
    files.push(file);
  }
  const { maxFileBytes } = context.options;
  const plan = planHashes(files);
  const read = { ...nativeSide(scope), plan, text: false, stamps: true, maxFileBytes, cache: null };
  await readVerified(read, ({ firstFile, result }) => {
    countReads(scope, result.filesRead, result.bytesRead);
    for (const [file, status] of result.status.entries()) {
      const path = files[firstFile + file]?.path ?? '';
      const place = places[firstFile + file] ?? 0;
      if (status === 0) {
        hashed[place] = {
          path,
          type: 'file',
          byteLength: result.byteLengths[file] ?? 0,
          stamp: result.stamps?.[file] ?? '',
          hash: result.hashes[file] as ContentHash,
        };
        continue;
      }
      const failure = failureFrom(context.addon, status, result.syscalls[file] ?? 0, { operation, path });
      const { code } = failure;
      if (code !== 'ENOENT') warn({ code, message: `The file could not be hashed. ${summaryOf(failure)}`, path });
    }
  });
  return hashed.filter((entry) => entry !== undefined);
}
