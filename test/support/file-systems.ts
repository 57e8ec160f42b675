import path from 'node:path';
import { projectRoot, runShell } from './child.js';
import { searchPath } from './conditions.js';
import { temporaryDirectory } from './temporary-directory.js';

/** Of test/support/fuse/with-fuse.mjs; what is left out is as an ordinary server has it. */
export interface FuseBehaviour {
  readonly type?: string;
  readonly source?: string;
  /** errno of fsync on a directory and on a file, and of rename; 0: it succeeds. */
  readonly directorySync?: number;
  readonly fileSync?: number;
  readonly rename?: number;
  /** errno of every flock, 0: each is granted; kernel: the server is not asked. */
  readonly locks?: number | 'kernel';
  readonly stampUnitNs?: number;
  readonly takesRenameFlags?: boolean;
  /** A file is said to be empty until statfs(2) asks for it: a client that believes what it was told before. */
  readonly lateSizes?: boolean;
}

const disk = (kind: string, mebibytes: number): string =>
  `truncate -s ${mebibytes}M image && mkfs.${kind} -q image > /dev/null && mount -o loop image mounted`;

/** Shell commands that mount a file system on `mounted`. */
const mounts = {
  ext4: disk('ext4', 64),
  xfs: disk('xfs', 320),
  btrfs: disk('btrfs', 128),
  tmpfs: 'mount -t tmpfs tmpfs mounted',
  overlay: 'mkdir lower upper work && mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay mounted',
  'read-only': 'mount -t tmpfs -o ro tmpfs mounted',
  'without inodes': 'mount -t tmpfs -o nr_inodes=2 tmpfs mounted',
} as const;

export type MountKind = keyof typeof mounts;

/**
 * Runs a script of this repository on a file system of its own, in a mount namespace of its own, so that nothing has to be
 * unmounted: `node script <directory> …args`. It has to end well, and gives one value as JSON.
 */
export async function runMounted<T>(what: MountKind | FuseBehaviour, script: string, ...args: string[]): Promise<T> {
  const [node, server] = [process.execPath, path.join(projectRoot, 'test/support/fuse/with-fuse.mjs')].map(quoted);
  const program = `${node} ${quoted(path.join(projectRoot, script))} "$PWD/mounted" ${args.map(quoted).join(' ')}`;
  const command =
    typeof what === 'string'
      ? `${mounts[what]} && exec ${program}`
      : `exec ${node} ${server} ${quoted(JSON.stringify(what))} "$PWD/mounted" ${program}`;
  const inside = `cd ${quoted(temporaryDirectory())} && mkdir mounted && ${command}`;
  const { code, stdout, stderr } = await runShell(
    `exec unshare --mount --propagation private /bin/sh -c ${quoted(inside)}`,
    { PATH: searchPath },
  );
  if (code !== 0 || stderr !== '') throw new Error(`${script} ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as T;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
