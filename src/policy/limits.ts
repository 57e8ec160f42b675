import type { Limits } from '../types.js';
import type { CgroupLimits } from './cgroup.js';

export { type CgroupLimits, readCgroupLimits } from './cgroup.js';

export const minOpenFiles = 4;
export const maxOpenFiles = 1024;

/** Without a known limit of open files. */
const defaultOpenFiles = 50;
/** Above this more descriptors at once gain nothing: the work is done by a few threads. */
const usefulOpenFiles = 100;
/** Descriptors that are left to the rest of the process: sockets, modules, pipes of children. */
const reservedDescriptors = 16;
/** Memory that a permit should have for the content of the file that it holds open, in bytes. */
const memoryPerPermit = 4 * 1024 * 1024;

export interface LimitsInput {
  /** The option maxOpenFiles, checked to be an integer of at least 0. */
  readonly option: number | undefined;
  /** The text of PLOKE_IO_FD_LIMIT. */
  readonly environment: string | undefined;
  /** RLIMIT_NOFILE, soft; null: none or unknown. */
  readonly softOpenFiles: number | null;
  /** Descriptors that the process has open; null: unknown. */
  readonly openDescriptors: number | null;
  /** null: none or unknown. */
  readonly cgroup: CgroupLimits | null;
}

/**
 * How many descriptors a workspace holds at once: option, else PLOKE_IO_FD_LIMIT, else a third of the soft limit but at
 * most 100, else 50; then lowered to what the process and its container have left; 4 to 1024 in any case, never 0.
 * Whatever was not taken as it was given is in `notes`.
 */
export function resolveLimits(input: LimitsInput): Limits {
  const notes: string[] = [];
  const { value: wanted, source } = choose(input, notes);
  let permits = clamp(wanted);
  if (permits !== wanted && (source === 'option' || source === 'environment')) {
    notes.push(
      `${nameOf[source]} is ${wanted}: taken as ${permits}, because ${minOpenFiles} to ${maxOpenFiles} is allowed`,
    );
  }
  for (const bound of boundsOf(input)) {
    const most = Math.max(minOpenFiles, bound.permits);
    if (most >= permits) continue;
    notes.push(`maxOpenFiles is lowered from ${permits} to ${most}: ${bound.reason}`);
    permits = most;
  }
  return { maxOpenFiles: permits, source, openFileLimit: input.softOpenFiles, notes };
}

const nameOf = { option: 'The option maxOpenFiles', environment: 'PLOKE_IO_FD_LIMIT' } as const;

function clamp(value: number): number {
  return Math.min(Math.max(value, minOpenFiles), maxOpenFiles);
}

function choose(input: LimitsInput, notes: string[]): { readonly value: number; readonly source: Limits['source'] } {
  const { option, environment, softOpenFiles } = input;
  if (option !== undefined) return { value: option, source: 'option' };
  if (environment !== undefined && environment !== '') {
    // 15 digits are a safe integer; an exponent, a sign or a space is rather a mistake than a number.
    if (/^\d{1,15}$/.test(environment)) return { value: Number(environment), source: 'environment' };
    // A path that came to the wrong variable is not repeated where it may end up in a log.
    const shown = /[\\/]/.test(environment)
      ? 'a text'
      : JSON.stringify(environment.length <= 60 ? environment : `${environment.slice(0, 59)}…`);
    notes.push(`PLOKE_IO_FD_LIMIT is ${shown}: ignored, because it is not a whole number`);
  }
  if (softOpenFiles !== null) {
    return { value: Math.min(usefulOpenFiles, Math.floor(softOpenFiles / 3)), source: 'rlimit' };
  }
  return { value: defaultOpenFiles, source: 'default' };
}

interface Bound {
  readonly permits: number;
  readonly reason: string;
}

function boundsOf({ softOpenFiles, openDescriptors, cgroup }: LimitsInput): readonly Bound[] {
  const bounds: Bound[] = [];
  if (softOpenFiles !== null && openDescriptors !== null) {
    bounds.push({
      permits: softOpenFiles - openDescriptors - reservedDescriptors,
      reason: `of ${softOpenFiles} open files (ulimit -n) ${openDescriptors} are in use, and ${reservedDescriptors} are left to the program`,
    });
  }
  if (cgroup?.processes != null) {
    // Work in flight needs threads, of the addon and of Node; where hardly any can be made, less should be in flight.
    bounds.push({
      permits: cgroup.processes,
      reason: `the control group allows ${cgroup.processes} processes and threads (pids.max)`,
    });
  }
  if (cgroup?.memoryBytes != null) {
    const mebibytes = Math.floor(cgroup.memoryBytes / (1024 * 1024));
    bounds.push({
      permits: Math.floor(cgroup.memoryBytes / memoryPerPermit),
      reason: `the control group allows ${mebibytes} MiB of memory, and a file in work may need ${memoryPerPermit / (1024 * 1024)}`,
    });
  }
  return bounds;
}
