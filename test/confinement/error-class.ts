/** Which error codes belong to which class of refusal. A code that stands here nowhere is a failure of every case. */
import type { ErrorClass } from './vocabulary.js';

export const codesOfClass: Readonly<Record<ErrorClass, readonly string[]>> = {
  INVALID: ['ERR_PLOKE_INVALID_PATH', 'ERR_PLOKE_INVALID_ARGUMENT'],
  OUTSIDE: ['ERR_PLOKE_OUTSIDE_ROOTS'],
  ESCAPE: ['ERR_PLOKE_SYMLINK_ESCAPE'],
  CROSSROOT: ['ERR_PLOKE_CROSS_ROOT'],
  LINK: ['ERR_PLOKE_SYMLINK_DENIED'],
  NOTFOUND: ['ENOENT'],
  EXISTS: ['EEXIST'],
  NOTDIR: ['ENOTDIR'],
  ISDIR: ['EISDIR'],
  NOTEMPTY: ['ENOTEMPTY'],
  LOOP: ['ELOOP'],
  NAMETOOLONG: ['ENAMETOOLONG'],
  NOTFILE: ['ERR_PLOKE_NOT_REGULAR_FILE'],
  PERM: ['EACCES', 'EPERM'],
  ROFS: ['EROFS'],
  NOSPACE: ['ENOSPC'],
  MFILE: ['EMFILE', 'ENFILE'],
  XDEV: ['ERR_PLOKE_MOUNT', 'EXDEV'],
  ROOTGONE: ['ERR_PLOKE_ROOT_LOST'],
  HARDLINK: ['ERR_PLOKE_HARD_LINK'],
  // EBUSY: the kernel's own word, for a mount point that cannot be taken away.
  BUSY: ['ERR_PLOKE_BUSY', 'EBUSY'],
  CLOSED: ['ERR_PLOKE_CLOSED'],
};

const classOfCode = new Map<string, ErrorClass>();
for (const [errorClass, codes] of Object.entries(codesOfClass)) {
  for (const code of codes) classOfCode.set(code, errorClass as ErrorClass);
}

/** The class of an error code, or a word that no expectation contains. */
export function errorClassOf(code: unknown): ErrorClass | `UNCLASSIFIED:${string}` {
  const found = typeof code === 'string' ? classOfCode.get(code) : undefined;
  return found ?? `UNCLASSIFIED:${String(code)}`;
}

/** Refusals that must not tell anything about what lies outside: neither the target's path nor whether it exists. */
export const secretiveClasses: ReadonlySet<string> = new Set(['OUTSIDE', 'ESCAPE', 'CROSSROOT', 'LINK']);
