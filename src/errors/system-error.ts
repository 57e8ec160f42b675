import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { PlokeIoError } from './ploke-io-error.js';

export interface SystemErrorInit {
  /** As errno(3) has it, above 0; the sign is ignored. */
  readonly errno: number;
  /** The system call that failed, where it is known. */
  readonly syscall?: string | undefined;
  readonly operation: string;
  readonly path?: string | undefined;
  readonly committed?: boolean | 'unknown' | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Errors of Linux file systems that neither libuv nor Node's `os.constants` knows. Source: errno(3). */
const linuxCodes: Readonly<Record<number, string>> = { 117: 'EUCLEAN', 121: 'EREMOTEIO', 126: 'ENOKEY' };

let namesByErrno: Map<number, string> | undefined;

/**
 * Node's code for an errno, and the system's words for it. `UNKNOWN`, libuv's word for it, where nobody knows it.
 * libuv has neither EDQUOT nor ESTALE, so the names of `os.constants.errno` stand in.
 */
export function describeErrno(errno: number): { readonly code: string; readonly meaning: string } {
  const positive = Math.abs(errno);
  const known = getSystemErrorMap().get(-positive);
  if (known) return { code: known[0], meaning: known[1] };
  if (!namesByErrno) {
    namesByErrno = new Map(Object.entries(constants.errno).map(([name, value]) => [value, name]));
  }
  const code = namesByErrno.get(positive) ?? (process.platform === 'linux' ? linuxCodes[positive] : undefined);
  return { code: code ?? 'UNKNOWN', meaning: meanings[code ?? ''] ?? `system error ${positive}` };
}

const meanings: Readonly<Record<string, string>> = {
  EDQUOT: 'disk quota exceeded',
  ESTALE: 'stale file handle',
  EUCLEAN: 'file system structure needs cleaning',
  EREMOTEIO: 'remote input/output error',
  ENOKEY: 'the key of an encrypted directory is not available',
};

/** A failure of the operating system, with Node's `code`, `errno` (below 0) and `syscall`. */
export function systemError(init: SystemErrorInit): PlokeIoError {
  const { code, meaning } = describeErrno(init.errno);
  return new PlokeIoError({
    code,
    message: `${code}: ${meaning}${init.syscall === undefined ? '' : `, ${init.syscall}`}`,
    operation: init.operation,
    path: init.path,
    errno: -Math.abs(init.errno),
    syscall: init.syscall,
    committed: init.committed,
    details: init.details,
  });
}
