import type { CgroupLimits } from '../policy/cgroup.js';
import type { Limits } from '../types.js';
import type { Finding } from './diagnosis.js';
import type { DescriptorObservation, SpaceObservation } from './observations.js';

const mebibyte = 1024 * 1024;
/** The default maxFileBytes: a file is replaced by a whole new version beside it. */
const enoughBytes = 64 * mebibyte;
const fewBytes = mebibyte;
const enoughInodes = 1_000;
const tightShare = 0.8;
const enoughDescriptors = 1_024;
/** Threads of Node (four of libuv, those of V8) and of the addon, with room for a program's own. */
const enoughProcesses = 64;
const enoughMemoryBytes = 256 * mebibyte;

/** What the process and the disk have left. */
export function judgeSystem(
  limits: Limits,
  descriptors: DescriptorObservation,
  cgroup: CgroupLimits,
  space: SpaceObservation | null,
): readonly Finding[] {
  const disk = space === null ? [] : [judgeSpace(space), ...judgeInodes(space)];
  return [judgeDescriptors(limits, descriptors), judgeCgroup(cgroup), ...disk];
}

function judgeDescriptors(limits: Limits, seen: DescriptorObservation): Finding {
  const { soft, hard, open } = seen;
  const { maxOpenFiles, source, notes } = limits;
  const base = { id: 'descriptors', title: 'Open files', facts: { soft, hard, open, maxOpenFiles, source } };
  const known = `${open ?? 'An unknown number'} open, limit ${soft ?? 'none'} (at most ${hard ?? 'none'})`;
  const detail = [`${known}; a workspace uses up to ${maxOpenFiles}.`, ...notes.map((note) => `${note}.`)].join(' ');
  const isTight = soft !== null && (soft < enoughDescriptors || (open !== null && open >= soft * tightShare));
  if (!isTight && notes.length === 0) return { ...base, severity: 'ok', detail };
  const canRaise = soft !== null && (hard === null || hard > soft);
  return {
    ...base,
    severity: 'warning',
    detail,
    advice: !isTight
      ? 'Correct maxOpenFiles or PLOKE_IO_FD_LIMIT, or raise what lowered it.'
      : canRaise
        ? `Raise the limit of open files (ulimit -n${hard === null ? '' : `, up to ${hard}`}; LimitNOFILE of the service).`
        : 'Have the administrator raise the hard limit of open files (LimitNOFILE of the service).',
  };
}

function judgeCgroup({ processes, memoryBytes }: CgroupLimits): Finding {
  const base = { id: 'control-group', title: 'Control group', facts: { processes, memoryBytes } };
  const memory = memoryBytes === null ? 'no limit' : `${Math.floor(memoryBytes / mebibyte)} MiB`;
  const detail = `Processes and threads: ${processes ?? 'no limit'}; memory: ${memory}.`;
  const tight = [
    ...(processes !== null && processes < enoughProcesses ? [`pids.max to ${enoughProcesses}`] : []),
    ...(memoryBytes !== null && memoryBytes < enoughMemoryBytes
      ? [`memory.max to ${enoughMemoryBytes / mebibyte} MiB`]
      : []),
  ];
  if (tight.length === 0) return { ...base, severity: 'ok', detail };
  const advice = `Raise ${tight.join(' and ')} or more; until then fewer files are worked on at a time.`;
  return { ...base, severity: 'warning', detail, advice };
}

function judgeSpace({ availableBytes, totalBytes }: SpaceObservation): Finding {
  const base = { id: 'space', title: 'Free space', facts: { availableBytes, totalBytes } };
  // Pseudo file systems have none, and say so by having no size.
  if (totalBytes === 0) return { ...base, severity: 'ok', detail: 'The file system tells no size.' };
  const detail = `${Math.floor(availableBytes / mebibyte)} of ${Math.floor(totalBytes / mebibyte)} MiB are available.`;
  if (availableBytes >= enoughBytes) return { ...base, severity: 'ok', detail };
  const severity = availableBytes < fewBytes ? 'problem' : 'warning';
  const advice = 'Make room: replacing a file needs room for its new version beside the old one (ENOSPC).';
  return { ...base, severity, detail, advice };
}

function judgeInodes({ freeInodes, totalInodes }: SpaceObservation): readonly Finding[] {
  if (totalInodes === 0) return [];
  const base = { id: 'inodes', title: 'Free inodes', facts: { freeInodes, totalInodes } };
  const detail = `${freeInodes} of ${totalInodes} are free.`;
  if (freeInodes >= enoughInodes) return [{ ...base, severity: 'ok', detail }];
  const severity = freeInodes === 0 ? 'problem' : 'warning';
  const advice = 'Remove files that are not needed: every new version is a new file first (ENOSPC).';
  return [{ ...base, severity, detail, advice }];
}
