import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { hostPlatform } from '../platform/host.js';
import { type DescribedErrno, type ErrnoTable, errnoTable } from './errno-table.js';
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

let ofHost: ErrnoTable | undefined;

function hostTable(): ErrnoTable {
  ofHost ??= errnoTable(constants.errno as unknown as Record<string, number>, getSystemErrorMap(), hostPlatform);
  return ofHost;
}

/** Node's code and number for an errno of the addon, and the system's words for it. */
export function describeErrno(errno: number): DescribedErrno {
  return hostTable().describe(errno);
}

/** What `error.errno` is in Node for a code; undefined for one that Node has no number for. */
export function errnoOf(code: string): number | undefined {
  return hostTable().numberOf(code);
}

/** A failure of the operating system, with Node's `code`, `errno` (below 0) and `syscall`. */
export function systemError(init: SystemErrorInit): PlokeIoError {
  const { code, meaning, errno } = describeErrno(init.errno);
  return new PlokeIoError({
    code,
    message: `${code}: ${meaning}${init.syscall === undefined ? '' : `, ${init.syscall}`}`,
    operation: init.operation,
    path: init.path,
    errno,
    syscall: init.syscall,
    committed: init.committed,
    details: init.details,
  });
}
