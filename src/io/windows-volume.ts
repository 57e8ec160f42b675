import type { FileSystemKind } from './file-system-kind.js';
import type { FileSystemTraits } from './file-system-traits.js';

/** What Windows calls the file systems that the addon tells by the numbers of Linux (native/win32_volume.cc). */
const names: ReadonlyMap<string, string> = new Map([
  ['ntfs3', 'NTFS'],
  ['refs', 'ReFS'],
  ['vfat', 'FAT'],
  ['exfat', 'exFAT'],
  ['smb2', 'SMB'],
]);

/** The system's clock as file times are taken from it. Source: Microsoft, "Acquiring high-resolution time stamps". */
const tickMs = 15.625;
/** Source: Microsoft, "File Times": FAT keeps the time of the last write to 2 s. */
const fatMs = 2_000;

/** Both keep a journal of what they do to names. Of the others Microsoft says nothing. */
const journaled: ReadonlySet<string> = new Set(['NTFS', 'ReFS']);

/**
 * A kind as it is on Windows: under its name there, and without the promise that a flush which answered success is known to
 * have reached the disk, for nobody has cut the power to find out.
 */
export function onWindows(kind: FileSystemKind): FileSystemKind {
  return { ...kind, name: names.get(kind.name) ?? 'unknown', known: false, fineStamps: false };
}

/** @param kind as onWindows gives it back */
export function describeWindowsVolume(kind: FileSystemKind): FileSystemTraits {
  const isJournaled = journaled.has(kind.name);
  const notes = [
    'What a flush is worth on Windows was not measured with ploke-io, and of directories Microsoft documents nothing.',
  ];
  if (kind.network) notes.push('The files lie on a server: what it does with a flush is its own.');
  if (kind.name === 'unknown') notes.push('The addon does not know this file system: nothing is assumed of it.');
  if (!isJournaled) {
    notes.push(
      'A power cut in the middle of a replacement may leave neither version, since the file system keeps no journal that is known of.',
      'How fine its time stamps are is unknown; the coarsest known, 2 s, is assumed.',
    );
  }
  if (kind.lockScope === 'unproven') notes.push('That a lock was granted proves nothing about other hosts.');
  return {
    name: kind.name,
    network: kind.network,
    lockScope: kind.lockScope,
    directorySync: 'unproven',
    timestampResolutionMs: isJournaled ? tickMs : fatMs,
    notes,
  };
}

/** Whether a rename over a file leaves the old version or the new one, also for those who look meanwhile. */
export function replacesAtomically({ name }: Pick<FileSystemTraits, 'name'>): boolean {
  return journaled.has(name);
}
