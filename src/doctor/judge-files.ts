import type { Capabilities } from '../types.js';
import type { Finding } from './diagnosis.js';
import { judgeTimestamps } from './judge-timestamps.js';
import type { DirectoryObservation, Outcome } from './observations.js';

/** What becomes of files that are made, replaced and synced. */
export function judgeFiles(capabilities: Capabilities, seen: DirectoryObservation): readonly Finding[] {
  return [
    judgeWriting(seen.made),
    judgeReplace(seen.replace),
    judgeExclusiveRename(capabilities, seen),
    judgeExchange(capabilities, seen),
    judgeFileSync(seen.fileSync),
    judgeDirectorySync(capabilities, seen.directorySync),
    judgeNameless(seen.nameless),
    judgeTimestamps(capabilities, seen.stampsNs),
    judgeNames(capabilities, seen),
  ];
}

function notTried(id: string, title: string, what: string): Finding {
  return {
    id,
    severity: 'note',
    title,
    detail: `${what} was not tried, because no file could be written.`,
    facts: { outcome: null },
  };
}

function judgeWriting(made: Outcome): Finding {
  const base = { id: 'writing', title: 'Writing', facts: { outcome: made } };
  if (made === 'ok') return { ...base, severity: 'ok', detail: 'Files can be made here.' };
  const readOnly = ['EROFS', 'EACCES', 'EPERM'].includes(made ?? '');
  if (readOnly) {
    return {
      ...base,
      severity: 'warning',
      detail: `No file can be made here (${made}): files can be read, scanned and watched, and not changed.`,
      advice:
        made === 'EROFS'
          ? 'Mount the file system for writing, if files are to be changed.'
          : 'Give this user the right to write to the directory, if files are to be changed.',
    };
  }
  return {
    ...base,
    severity: 'problem',
    detail: `No file can be made here (${made ?? 'not tried'}).`,
    advice: 'Look at the free space and inodes below, at quotas, and at the system log.',
  };
}

function judgeReplace(replace: Outcome): Finding {
  const title = 'Atomic replace';
  if (replace === null) return notTried('atomic-replace', title, 'Replacing a file that is open');
  const base = { id: 'atomic-replace', title, facts: { outcome: replace } };
  if (replace === 'ok') {
    return {
      ...base,
      severity: 'ok',
      detail: 'A file that is open can be replaced; its reader keeps the old content.',
    };
  }
  const what =
    replace === 'torn'
      ? 'After a file was replaced, the name or an open reader showed the wrong content.'
      : `A file that is open cannot be replaced (${replace}).`;
  const advice = 'Keep the files on another file system: here no write can be atomic.';
  return { ...base, severity: 'problem', detail: what, advice };
}

function judgeExclusiveRename({ exclusiveRename }: Capabilities, { made }: DirectoryObservation): Finding {
  const title = 'Exclusive rename';
  if (made !== 'ok') return notTried('exclusive-rename', title, 'Renaming without replacing');
  const base = { id: 'exclusive-rename', title, facts: { supported: exclusiveRename } };
  return exclusiveRename
    ? { ...base, severity: 'ok', detail: 'Files are created by a rename that replaces nothing.' }
    : { ...base, severity: 'note', detail: 'Files are created by a link that replaces nothing, which is as safe.' };
}

function judgeExchange({ exchangeRename }: Capabilities, { made }: DirectoryObservation): Finding {
  const title = 'Exchanging rename';
  if (made !== 'ok') return notTried('exchange-rename', title, 'Exchanging two names');
  const base = { id: 'exchange-rename', title, facts: { supported: exchangeRename } };
  if (exchangeRename) {
    return { ...base, severity: 'ok', detail: 'What a write replaces is looked at when nobody can reach it any more.' };
  }
  return {
    ...base,
    severity: 'warning',
    detail:
      'Two names cannot be exchanged: a program that takes no lock can slip in between the last look and the rename, and receipts say compareAndSwap "checked" at best.',
    advice: 'Have every program that writes here take the locks, or keep the files on a local file system.',
  };
}

function judgeFileSync(outcome: Outcome): Finding {
  const title = 'File sync';
  if (outcome === null) return notTried('file-sync', title, 'Syncing a file');
  const base = { id: 'file-sync', title, facts: { outcome } };
  if (outcome === 'ok') return { ...base, severity: 'ok', detail: 'fsync of a file succeeds.' };
  const advice = 'Use another file system, or durability: "none", which loses the newest writes in a power cut.';
  return {
    ...base,
    severity: 'problem',
    detail: `fsync of a file fails (${outcome}): no write can be durable.`,
    advice,
  };
}

function judgeDirectorySync({ directorySync }: Capabilities, outcome: Outcome): Finding {
  const base = { id: 'directory-sync', title: 'Directory sync', facts: { outcome, worth: directorySync } };
  if (outcome !== 'ok' && outcome !== null) {
    return {
      ...base,
      severity: 'problem',
      detail: `fsync of a directory fails (${outcome}): with durability "strict" every write ends in ERR_PLOKE_NOT_DURABLE.`,
      advice: 'Open the workspace with durability: "best-effort", if a power cut may undo the newest renames.',
    };
  }
  if (directorySync === 'ok') {
    return { ...base, severity: 'ok', detail: 'fsync of a directory succeeds, and is known to be worth it.' };
  }
  return {
    ...base,
    severity: 'warning',
    detail: 'fsync of a directory succeeds, but what it is worth is up to whoever serves this file system.',
    advice: 'Ask whoever runs the server whether a sync reaches its disks: receipts say durability "delegated".',
  };
}

function judgeNameless(outcome: Outcome): Finding {
  const title = 'Files without a name';
  if (outcome === null) return notTried('nameless-files', title, 'Making a file without a name');
  const base = { id: 'nameless-files', title, facts: { outcome } };
  return outcome === 'ok'
    ? { ...base, severity: 'ok', detail: 'New versions have no name until they are complete: a crash leaves nothing.' }
    : {
        ...base,
        severity: 'note',
        detail: `New versions have a temporary name until they are complete (${outcome}): a crash may leave one behind.`,
      };
}

function judgeNames({ caseSensitive }: Capabilities, { made, ignoresNormalization }: DirectoryObservation): Finding {
  const title = 'Names';
  if (made !== 'ok') return notTried('names', title, 'Whether names are told apart');
  const base = { id: 'names', title, facts: { caseSensitive, ignoresNormalization } };
  const ignored = [
    ...(caseSensitive ? [] : ['case (a, A)']),
    ...(ignoresNormalization === true ? ['Unicode composition (é in one character or two)'] : []),
  ];
  if (ignored.length === 0) {
    const untold = ignoresNormalization === null ? ' How they compose characters was not tried.' : '';
    return { ...base, severity: 'ok', detail: `Names are taken as they are spelt.${untold}` };
  }
  return {
    ...base,
    severity: 'note',
    detail: `Names that differ only in ${ignored.join(' and in ')} are one file.`,
    advice: 'Compare files by their path as results spell it, and expect EEXIST for such names.',
  };
}
