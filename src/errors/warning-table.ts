import type { WarningCode, WarningCodeFacts } from '../types.js';
import { frozenTable } from './frozen-table.js';

/**
 * Every code of a warning, with what is fixed for it. What a listing leaves out because it could not be read is a warning
 * with the code of the error instead. `docs/errors.md` is generated from this table. Frozen.
 */
export const warningCodes: { readonly [Code in WarningCode]: WarningCodeFacts } = frozenTable({
  PLOKE_CACHE_COARSE_STAMPS: {
    meaning:
      'The time stamps of the file system are too coarse to prove that a file is unchanged, so its files are not cached',
    action: 'Leave the option cache out for such a file system: it only costs there.',
  },
  PLOKE_DIRECTORY_UNSYNCED: {
    meaning: "A directory could not be synced, which durability: 'best-effort' takes: a power cut may undo the change",
    action: "Use durability: 'strict' if that has to be an error; else nothing needs to be done.",
  },
  PLOKE_IGNORE_PATTERN: {
    meaning: 'Patterns of a .gitignore file are too costly to match and do not apply',
    action: 'Write each of them with at most two "**".',
  },
  PLOKE_LIMITS: {
    meaning: 'A limit was not taken as it was given: the system or the container allows less',
    action: 'Read limits.notes; raise the limit that the message names, or lower maxOpenFiles.',
  },
  PLOKE_METADATA_PARTIAL: {
    meaning:
      'The owner, the mode, extended attributes or the access control list of a replaced file could not be kept in full',
    action: 'Set what is missing by hand, or run with the rights to do so; receipt.metadata says it for each change.',
  },
  PLOKE_NAME_NOT_UTF8: {
    meaning: 'A name that is not UTF-8 was left out of a listing, since no path of a call can name it',
    action: 'Rename the file.',
  },
  PLOKE_NO_LOCK_RECORD: {
    meaning: 'The purpose of a lock could not be written down, so those who wait for it are not told of it',
    action: 'Make the root writable if they should be; the lock holds all the same.',
  },
  PLOKE_NO_OWNER_FILE: {
    meaning:
      'The folder .ploke-io could not be made in a root, so a crash may leave temporary files that no sweep removes',
    action: 'Make the root writable, or remove files that are named .ploke-io-tmp-… by hand after a crash.',
  },
  PLOKE_ORIGIN_NOT_SHARED: {
    meaning: 'The origin could not be kept with the file, so other processes are told of the change with origin null',
    action: 'Use a file system with user attributes for shareOrigin, or leave that option out.',
  },
  PLOKE_RECOVERED: {
    meaning: 'A version of another program, which could not be put back under its name, was kept beside the file',
    action: 'Compare it with the file, take over what is missing, and remove it.',
  },
  PLOKE_SWEPT: {
    meaning: 'Temporary files of a process that is gone were removed',
    action: 'Nothing needs to be done.',
  },
  PLOKE_WATCH_POLLING: {
    meaning: 'A directory is looked at every pollIntervalMs instead of being watched',
    action: 'Do what the message says of the limit that was reached; on network file systems nothing can be done.',
  },
  PLOKE_WATCH_UNREADABLE: {
    meaning: 'A directory may not be read, so nothing is told of what happens in it',
    action: 'Give the process the right to read it, or add it to ignore.',
  },
});
