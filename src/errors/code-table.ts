import type { ErrorCode, ErrorCodeFacts } from '../types.js';
import { frozenTable } from './frozen-table.js';

export { type SystemCodeFacts, systemCodes } from './system-codes.js';

/**
 * Every code of the library's own, with what is fixed for it whoever throws it. `docs/errors.md` is generated from this
 * table. Frozen.
 *
 * @example errorCodes[error.code as ErrorCode]?.retryable
 */
export const errorCodes: { readonly [Code in ErrorCode]: ErrorCodeFacts } = frozenTable({
  ERR_PLOKE_INVALID_ARGUMENT: {
    severity: 'fatal',
    retryable: false,
    meaning: 'An argument or an option has the wrong type or value, or its name is unknown',
    action: 'Correct the argument that the message names.',
  },
  ERR_PLOKE_INVALID_PATH: {
    severity: 'fatal',
    retryable: false,
    meaning: 'A path argument is not an absolute path or file URL, or its name is reserved for ploke-io itself',
    action: 'Pass an absolute path, for example from path.resolve().',
  },
  ERR_PLOKE_OUTSIDE_ROOTS: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The path lies under none of the roots of the workspace',
    action: 'Use a path under one of workspace.roots, or add its directory with setRoots().',
  },
  ERR_PLOKE_SYMLINK_ESCAPE: {
    severity: 'fatal',
    retryable: false,
    meaning: 'A symbolic link on the path leads out of the roots',
    action: 'No option allows this: make the directory that the link leads to a root as well, and use its own path.',
  },
  ERR_PLOKE_CROSS_ROOT: {
    severity: 'fatal',
    retryable: false,
    meaning: 'A symbolic link on the path leads from one root to another',
    action: "Use the path under the other root, or open the workspace with symlinks: 'follow'.",
  },
  ERR_PLOKE_SYMLINK_DENIED: {
    severity: 'fatal',
    retryable: false,
    meaning: 'A symbolic link stands where the policy or the operation takes none',
    action:
      "Use the path without links; where the policy is 'deny', symlinks: 'deny-cross-root' allows links that stay within their root.",
  },
  ERR_PLOKE_HARD_LINK: {
    severity: 'fatal',
    retryable: false,
    meaning:
      'The file has more than one name, and allowHardLinks is false or replacing it would leave the other names behind',
    action:
      "Replace the file by a copy of its own; inPlace: 'when-required' writes into such files, allowHardLinks: true lets them be read.",
  },
  ERR_PLOKE_MOUNT: {
    severity: 'fatal',
    retryable: false,
    meaning:
      'The path crosses a mount point below its root, and allowMounts is false, or the file is a mount point itself',
    action:
      "Make the mounted directory a root of its own, or open the workspace with allowMounts: true; inPlace: 'when-required' writes into a file that is a mount point.",
  },
  ERR_PLOKE_NOT_REGULAR_FILE: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The path names a FIFO, a socket or a device, not a regular file',
    action: 'Pass the path of a regular file.',
  },
  ERR_PLOKE_ROOT_LOST: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The directory that was opened as the root has been removed or replaced',
    action: 'Call setRoots() or open a new workspace once the directory is back.',
  },
  ERR_PLOKE_BUSY: {
    severity: 'fatal',
    retryable: true,
    meaning: 'Too much was going on: the path kept changing while it was resolved, or too many requests are waiting',
    action: 'Try again in a moment.',
  },
  ERR_PLOKE_RANGE: {
    severity: 'fatal',
    retryable: false,
    meaning: 'A range lies outside the content of the file',
    action: 'Read the file again and take the offsets from its present content.',
  },
  ERR_PLOKE_CHAR_BOUNDARY: {
    severity: 'fatal',
    retryable: false,
    meaning: 'A range begins or ends inside a character: offsets count bytes of UTF-8, not characters',
    action: 'Move the offset to the first byte of a character, or read with encoding: "buffer".',
  },
  ERR_PLOKE_NOT_UTF8: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The content of the file is not valid UTF-8',
    action: 'Read it with encoding: "buffer".',
  },
  ERR_PLOKE_FILE_TOO_LARGE: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The file is larger than maxFileBytes',
    action: 'Raise maxFileBytes, truncate with maxBytes, or use createReadStream().',
  },
  ERR_PLOKE_CONTENT_MISMATCH: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The content of the file is not the content that was expected',
    action: 'Read the file again, apply the change to what it holds now, and pass the new hash.',
  },
  ERR_PLOKE_EDIT_OVERLAP: {
    severity: 'fatal',
    retryable: false,
    meaning: 'Two edits of one file overlap',
    action: 'Join the overlapping edits into one, or make the second one from the result of the first.',
  },
  ERR_PLOKE_EDIT_NOT_UNIQUE: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The text to find does not occur exactly once in the file',
    action: 'Give more of the surrounding text, or offsets, or all: true.',
  },
  ERR_PLOKE_PATCH_SYNTAX: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The diff is not a unified diff of one file, or its line counts contradict its lines',
    action: 'Make the diff anew, and divide one of several files with splitPatch().',
  },
  ERR_PLOKE_PATCH_CONFLICT: {
    severity: 'fatal',
    retryable: false,
    meaning: 'A hunk of the diff fits nowhere in the file, or in more than one place',
    action: 'Read the file again and make the diff from what it holds now; details.candidates are the nearest places.',
  },
  ERR_PLOKE_NOT_DURABLE: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The change is in place, but the system could not confirm that it survives a power cut',
    action:
      'Read the file to see what it holds; check the disk; durability: "best-effort" accepts directories that cannot be synced.',
  },
  ERR_PLOKE_LOCK_TIMEOUT: {
    severity: 'fatal',
    retryable: true,
    meaning: 'Somebody else held the lock on the file for as long as lockTimeoutMs allowed to wait',
    action: 'Try again later, raise lockTimeoutMs, or ask the holders that details.holders names.',
  },
  ERR_PLOKE_LOCK_UNSUPPORTED: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The file system does not support advisory locks',
    action: "Open the workspace with locking: 'process', which keeps out the calls of this process only.",
  },
  ERR_PLOKE_LOCK_LOST: {
    severity: 'fatal',
    retryable: false,
    meaning:
      'The lock that the call was given is worth nothing any more: it was released, or the file was replaced or removed',
    action: 'Take the lock again with lock(), and read the file again.',
  },
  ERR_PLOKE_WATCH_DISABLED: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The workspace was opened without the option watch, so it has no events',
    action: 'Open the workspace with watch: true.',
  },
  ERR_PLOKE_EVENT_OVERFLOW: {
    severity: 'fatal',
    retryable: false,
    meaning: "A subscriber with overflow: 'fail' did not keep up with the events of its workspace",
    action: "Scan for what changed and subscribe anew; raise watch.queueCapacity, or use overflow: 'drop-oldest'.",
  },
  ERR_PLOKE_CLOSED: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The workspace has been closed',
    action: 'Open a new workspace.',
  },
  ERR_PLOKE_NATIVE_MISSING: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The native addon could not be loaded on this platform',
    action:
      'Install ploke-io again on this machine; or run `npm rebuild ploke-io` with a C++17 compiler, make and Python 3 installed.',
  },
  ERR_PLOKE_INTERNAL: {
    severity: 'internal',
    retryable: false,
    meaning: 'An invariant of ploke-io is broken: this is a bug in ploke-io, and the workspace takes no more calls',
    action:
      'Please report it to the maintainers of ploke-io, with the stacks of this error and of its cause and with details.report (the version of ploke-io, the platform, the version of Node.js, the operation), and open a new workspace.',
  },
  ABORT_ERR: {
    severity: 'fatal',
    retryable: false,
    meaning: 'The operation was aborted through its signal; the cause is the reason of the signal',
    action: 'Nothing needs to be done if the abort was meant.',
  },
});
