import type { LockScope } from '../types.js';
import type { FileSystemKind } from './file-system-kind.js';
import type { Mount } from './mount-table.js';

/** What is known of a file system without probing it, and what of that is only assumed. */
export interface FileSystemTraits {
  readonly name: string;
  readonly network: boolean;
  readonly lockScope: LockScope;
  /** What an fsync on a directory that answered success is worth. */
  readonly directorySync: 'ok' | 'unproven';
  readonly timestampResolutionMs: number;
  readonly notes: readonly string[];
}

type Refinement = Partial<Omit<FileSystemTraits, 'name' | 'notes'>> & { readonly notes?: readonly string[] };

/** 1 ns. */
const nanosecondMs = 0.000_001;
/** The kernel's clock tick at its slowest (CONFIG_HZ=100), from which file times are taken. */
const tickMs = 10;
const secondMs = 1_000;
/** FAT keeps even seconds. */
const fatMs = 2_000;

/** File systems whose times are fine-grained since Linux 6.13 (multigrain timestamps). */
const multigrain: ReadonlySet<string> = new Set(['ext4', 'xfs', 'btrfs', 'tmpfs']);

const measured = 'Locks and syncs of this file system were measured with two hosts.';

/** By the type in /proc/self/mountinfo, where it says more than the statfs magic. Sources: shared/facts/filesystems.md. */
const byMountType: ReadonlyMap<string, Refinement> = new Map<string, Refinement>([
  ['ext2', { timestampResolutionMs: secondMs }],
  ['ext3', { timestampResolutionMs: secondMs }],
  ['vfat', { timestampResolutionMs: fatMs }],
  ['msdos', { timestampResolutionMs: fatMs }],
  ['hfsplus', { timestampResolutionMs: secondMs }],
  [
    'fuse.glusterfs',
    { network: true, lockScope: 'cluster', directorySync: 'ok', timestampResolutionMs: tickMs, notes: [measured] },
  ],
  [
    'fuse.sshfs',
    {
      network: true,
      lockScope: 'unproven',
      timestampResolutionMs: secondMs,
      notes: ['sshfs grants a lock to every mount that asks for it: exclusion reaches one mount only.'],
    },
  ],
  ['fuseblk', { network: false, lockScope: 'host', notes: ['A block device served through FUSE is taken as local.'] }],
  ['virtiofs', { network: true, notes: ['The host of this virtual machine may change the files unseen.'] }],
]);

const mooseFs: Refinement = {
  network: true,
  lockScope: 'cluster',
  directorySync: 'ok',
  timestampResolutionMs: secondMs,
  notes: [measured],
};

/** `kernelRelease` as `os.release()` has it. */
export function describeFileSystem(
  kind: FileSystemKind,
  mount: Mount | undefined,
  kernelRelease: string,
): FileSystemTraits {
  const refinement = (mount && refine(mount)) ?? {};
  const { notes: refinedNotes = [], ...refined } = refinement;
  const base: Omit<FileSystemTraits, 'notes'> = {
    name: mount?.type ?? kind.name,
    network: kind.network,
    lockScope: kind.lockScope,
    directorySync: kind.known || kind.name === 'nfs' ? 'ok' : 'unproven',
    timestampResolutionMs: timestampResolution(kind, kernelRelease),
  };
  const traits = { ...base, ...refined };
  return { ...traits, notes: [...refinedNotes, ...assumptions(kind, traits, refined)] };
}

function refine(mount: Mount): Refinement | undefined {
  if (mount.type === 'fuse.mfs' || (mount.type === 'fuse' && mount.source.startsWith('mfs#'))) return mooseFs;
  if (mount.type === 'nfs' || mount.type === 'nfs4') return refineNfs(mount);
  if (mount.type === 'cifs' || mount.type === 'smb3') return refineSmb(mount);
  return byMountType.get(mount.type);
}

function refineNfs(mount: Mount): Refinement {
  const { options } = mount;
  const isLocal = options.has('nolock') || options.has('local_lock=all') || options.has('local_lock=flock');
  return isLocal
    ? { lockScope: 'host', notes: ['The mount options keep locks on this host (nolock, local_lock).'] }
    : { lockScope: 'cluster', notes: ['NFS maps flock to locks of the server: documented, not measured.'] };
}

function refineSmb(mount: Mount): Refinement {
  return mount.options.has('nobrl')
    ? { lockScope: 'host', notes: ['The mount option nobrl keeps locks on this host.'] }
    : { lockScope: 'cluster', notes: ['SMB locks are those of the server: documented, not measured.'] };
}

function timestampResolution(kind: FileSystemKind, kernelRelease: string): number {
  if (!kind.fineStamps) return kind.known ? secondMs : fatMs;
  return multigrain.has(kind.name) && isAtLeast(kernelRelease, 6, 13) ? nanosecondMs : tickMs;
}

function isAtLeast(release: string, major: number, minor: number): boolean {
  const [releaseMajor = 0, releaseMinor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return releaseMajor > major || (releaseMajor === major && releaseMinor >= minor);
}

function assumptions(
  kind: FileSystemKind,
  traits: Omit<FileSystemTraits, 'notes'>,
  refined: Omit<Refinement, 'notes'>,
): string[] {
  const notes: string[] = [];
  if (kind.volatile) notes.push('The files are in memory: an fsync succeeds, but nothing survives a restart.');
  if (!kind.known && refined.directorySync === undefined) {
    notes.push(
      kind.name === 'fuse'
        ? 'FUSE answers success for an fsync that its server does not implement, so what it is worth is not proven.'
        : 'Nobody has measured this file system with ploke-io: what its fsync and rename are worth is assumed from POSIX.',
    );
  }
  if (kind.name === 'fuse' && refined.network === undefined) {
    notes.push('One FUSE server cannot be told from another here, so it is taken as a network file system.');
  }
  if (!kind.known && refined.timestampResolutionMs === undefined) {
    notes.push('How fine its time stamps are is unknown; the coarsest known, 2 s, is assumed.');
  }
  if (traits.lockScope === 'unproven') {
    notes.push('That a lock was granted proves nothing about other hosts.');
  }
  return notes;
}
