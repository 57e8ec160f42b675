import { randomBytes } from 'node:crypto';
import { lstat, writeFile } from 'node:fs/promises';
import { describeErrno } from '../errors/system-error.js';
import { packPaths } from '../io/path-batch.js';
import type { DirectoryDiagnosis, NativeAddon } from '../native/addon.js';
import type { NativeRootSet } from '../native/batch.js';
import { failureFrom } from '../native/failure.js';
import { hostSpelling } from '../platform/path-spelling.js';
import type { DirectoryObservation, Outcome } from './observations.js';
import { watchFor } from './watch-for.js';

/** A directory that was opened as the only root of a set. */
export interface ProbedRoot {
  readonly addon: NativeAddon;
  readonly set: NativeRootSet;
  readonly path: string;
}

/**
 * Has the file system show what it does, with files that are gone when this resolves. A process that is killed meanwhile
 * leaves at most files with temporary names of ours, which the next workspace that is opened there removes where it removes
 * those of writers.
 *
 * @throws the codes of the system where the directory cannot be looked at at all
 */
export async function observeDirectory(
  root: ProbedRoot,
  watchTimeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<DirectoryObservation> {
  await using watch = watchFor(root.path, watchTimeoutMs, signal);
  const seen = await root.addon.diagnoseDirectory(packPaths(root.set, [{ root: 0, relative: '' }]));
  if (seen.status !== 0) {
    throw failureFrom(root.addon, seen.status, seen.syscall, { operation: 'diagnose', path: root.path });
  }
  const delivered = seen.name === '' ? null : await watch.sees(seen.name);
  return {
    made: outcome(seen.made),
    fileSync: outcome(seen.fileSync),
    directorySync: outcome(seen.directorySync),
    replace: seen.replace === 0 && !seen.replacedWhole ? 'torn' : outcome(seen.replace),
    nameless: outcome(seen.nameless),
    locks: observedLocks(seen),
    stampsNs: seen.stampsNs.map(BigInt),
    ignoresNormalization: seen.name === '' || signal?.aborted ? null : await ignoresNormalization(root),
    watch: { delivered, failure: watch.failure() },
  };
}

function observedLocks(seen: DirectoryDiagnosis): DirectoryObservation['locks'] {
  return {
    first: outcome(seen.lockFirst),
    second: outcome(seen.lockSecond),
    after: outcome(seen.lockAfter),
    record: outcome(seen.recordLock),
  };
}

function outcome(status: number | null): Outcome {
  if (status === null) return null;
  if (status === 0) return 'ok';
  // One number with two names: the one that flock(2) calls it by.
  const { code } = describeErrno(status);
  return code === 'EAGAIN' ? 'EWOULDBLOCK' : code;
}

/** é, as one character and as two (Unicode Standard Annex 15: NFC and NFD). */
const composed = '\u00e9';
const decomposed = 'e\u0301';

/**
 * Asked with a record in the folder of a live owner: the name has to hold the character, which a temporary name cannot, and
 * records of owners that died are removed as temporary files are.
 */
async function ignoresNormalization({ addon, set, path }: ProbedRoot): Promise<boolean | null> {
  const id = randomBytes(16).toString('hex');
  const { status, owner } = await addon.openOwner(set, 0, id);
  if (status !== 0 || owner === undefined) return null;
  const record = (accented: string): string => hostSpelling.join(path, `.ploke-io/lock-${id}-${accented}`);
  try {
    await writeFile(record(composed), '', { flag: 'wx' });
    await lstat(record(decomposed));
    return true;
  } catch (error) {
    const { syscall, code } = error as NodeJS.ErrnoException;
    // Any other failure, of either call, says nothing about names.
    return syscall === 'lstat' && code === 'ENOENT' ? false : null;
  } finally {
    await addon.closeOwner(owner);
  }
}
