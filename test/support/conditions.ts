import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { baselineHolds } from '../budgets/baseline.mjs';

/** Where programs are looked for: those that make file systems are in no ordinary user's PATH. */
export const searchPath = `${process.env.PATH}:/usr/sbin:/sbin`;

/** What a test may need of a machine, by the name that `unless` has in test/skips.json. */
export const conditions = {
  /** The tests run as root. */
  root: process.getuid?.() === 0,
  git: hasProgram('git'),
  /** script(1) of util-linux, which runs a program on a terminal of its own. */
  get terminal(): boolean {
    return hasProgram('script') && execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  },
  strace: hasProgram('strace'),
  /** With the header that Debian's package has. */
  valgrind: hasProgram('valgrind') && existsSync('/usr/include/valgrind/callgrind.h'),
  /** test/budgets/baseline.json holds for this Node. */
  get baselineNode(): boolean {
    return baseline().node;
  },
  /** And for this processor, compiler and C library. */
  get baselineAddon(): boolean {
    return baseline().addon;
  },
  ext4: hasDisks('ext4'),
  btrfs: hasDisks('btrfs'),
  xfs: hasDisks('xfs'),
  overlay: readFileSystems().includes('\toverlay\n'),
  /** A FUSE server can be one of ours. */
  fuse: existsSync('/dev/fuse') && readFileSystems().includes('\tfuse\n'),
  /** Where cgroups can be made that limit processes. */
  pidsCgroup: pidsCgroup() !== undefined,
  /** With directories that ignore case (CONFIG_UNICODE). */
  casefold: hasDisks('ext4') && existsSync('/sys/fs/ext4/features/casefold'),
} as const;

export type Condition = keyof typeof conditions;

let known: ReturnType<typeof baselineHolds> | undefined;

/** Asked once, and only by those that need it: it reads the addon. */
function baseline(): ReturnType<typeof baselineHolds> {
  known ??= baselineHolds();
  return known;
}

/** The folder in which they are made. */
export function pidsCgroup(): string | undefined {
  // Version 1 has a hierarchy a controller; of version 2 the root must hand the controller on.
  const [first = '', second = ''] = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'];
  try {
    const folder = existsSync(path.join(first, 'cgroup.procs')) ? first : second;
    const isHandedOn =
      folder === first || readFileSync(path.join(second, 'cgroup.subtree_control'), 'utf8').includes('pids');
    accessSync(folder, constants.W_OK);
    return isHandedOn ? folder : undefined;
  } catch {
    // No such file system, or not ours to write to.
    return undefined;
  }
}

function hasProgram(name: string): boolean {
  return searchPath.split(':').some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether a disk image of this kind can be made and mounted here. */
function hasDisks(kind: string): boolean {
  if (!hasProgram(`mkfs.${kind}`) || !existsSync('/dev/loop-control')) return false;
  return readFileSystems().includes(`\t${kind}\n`);
}

/** Those that the kernel knows by now; '' on other systems. */
function readFileSystems(): string {
  return existsSync('/proc/filesystems') ? readFileSync('/proc/filesystems', 'utf8') : '';
}
