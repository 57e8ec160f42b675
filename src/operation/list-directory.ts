import { internalError, throwIfAborted } from '../errors/make.js';
import { type DirectoryListing, listDirectories } from '../io/directory-batch.js';
import { failureFrom } from '../native/failure.js';
import { hostSpelling } from '../platform/path-spelling.js';
import { checkOptions, checkSignal } from '../policy/arguments.js';
import type { CallOptions, DirectoryEntry, PathInput } from '../types.js';
import type { OperationContext } from './context.js';
import { entryType } from './entry-type.js';
import { inReadScope, nativeSide } from './read-scope.js';

const operation = 'listDirectory';

/**
 * The entries of one directory, sorted by the bytes of their names; of a link, the link itself. Nothing is ignored but
 * what belongs to ploke-io itself. A name that is not UTF-8 cannot be spelt here and is left out: listFiles warns of it.
 *
 * @throws ENOTDIR, the codes of the policy, ABORT_ERR, and those of the system
 */
export async function listDirectory(
  context: OperationContext,
  path: PathInput,
  options?: CallOptions,
): Promise<DirectoryEntry[]> {
  const signal = checkSignal(operation, checkOptions(operation, options, ['signal']).signal);

  return inReadScope(context, operation, signal, async (scope) => {
    const target = scope.lease.resolve(path, operation);
    scope.trace?.about(target.path);
    // Any mutation may be one of an entry.
    await scope.admit('everything');
    const [listing] = await listDirectories({ ...nativeSide(scope), directories: [target], stamps: false });
    throwIfAborted(signal, operation, target.path);
    if (listing === undefined) throw internalError(operation, 'a listing without its directory');
    if (listing.status !== 0) {
      throw failureFrom(context.addon, listing.status, listing.syscall, { operation, path: target.path });
    }
    scope.trace?.setItems(listing.names.length);
    return entriesOf(listing, target.path);
  });
}

function entriesOf(listing: DirectoryListing, directory: string): DirectoryEntry[] {
  const prefix = hostSpelling.join(directory, '');
  return listing.names.map((name, index) => ({
    name,
    path: prefix + name,
    type: entryType(listing.types[index]),
    byteLength: listing.byteLengths[index] ?? 0,
    modifiedMs: listing.modifiedMs[index] ?? 0,
  }));
}
