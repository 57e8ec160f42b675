import { constants } from 'node:os';
import { hostPlatform } from '../platform/host.js';
import type { Warning } from '../types.js';
import type { Broadcast } from './broadcast.js';
import type { DirectoryNode, WatchedTree } from './watched-tree.js';

/** Where less is watched than was asked for: told once to those who listen, and to each who comes later. */
export class WatchTroubles {
  readonly #broadcast: Broadcast;
  readonly #warn: (warning: Warning) => void;
  readonly #degraded = new Map<string, Map<string, Warning>>();
  readonly #unwatched = new Set<DirectoryNode>();

  constructor(broadcast: Broadcast, warn: (warning: Warning) => void) {
    this.#broadcast = broadcast;
    this.#warn = warn;
  }

  /** Directories that are looked at again and again, because the system does not tell of them. */
  get unwatched(): readonly DirectoryNode[] {
    for (const directory of this.#unwatched) if (!directory.isAttached) this.#unwatched.delete(directory);
    return [...this.#unwatched];
  }

  get hasUnwatched(): boolean {
    return this.#unwatched.size > 0;
  }

  /** Whether a directory is among the unwatched by what its last listing told. */
  watched(directory: DirectoryNode): void {
    this.#unwatched.delete(directory);
  }

  unwatchedFor(directory: DirectoryNode, reason: Warning): void {
    this.#unwatched.add(directory);
    this.degrade(directory.tree.root, reason);
  }

  degrade(root: string, reason: Warning): void {
    const ofRoot = this.#degraded.get(root) ?? new Map<string, Warning>();
    if (ofRoot.has(reason.code)) return;
    this.#degraded.set(root, ofRoot.set(reason.code, reason));
    this.#warn(reason);
    this.#broadcast.publish({ type: 'degraded', root, reason });
  }

  forget(tree: WatchedTree): void {
    this.#degraded.delete(tree.root);
    for (const directory of this.#unwatched) if (directory.tree === tree) this.#unwatched.delete(directory);
  }

  *[Symbol.iterator](): Generator<{ readonly root: string; readonly reason: Warning }, void, undefined> {
    for (const [root, reasons] of this.#degraded) {
      for (const reason of reasons.values()) yield { root, reason };
    }
  }
}

const { ENOSPC, EMFILE, ENFILE, ENOMEM, EACCES, ENOSYS } = constants.errno;

/** On Linux, where a watch is one of inotify(7). */
const linuxCauses: Readonly<Record<number, string>> = {
  [ENOSPC]: 'this user has no inotify watch left: raise fs.inotify.max_user_watches',
  [EMFILE]:
    'this user has no inotify instance left, or this process no descriptor: raise fs.inotify.max_user_instances or ulimit -n',
  [ENFILE]: 'the system has no open file left: raise fs.file-max',
  [ENOMEM]: 'the kernel has no memory for a watch',
  [EACCES]: 'it may not be read',
};

const otherCauses: Readonly<Record<number, string>> = {
  [ENOSPC]: 'the system has no watch left',
  [EMFILE]: 'this process has no open file left for a watch',
  [ENFILE]: 'the system has no open file left for a watch',
  [ENOMEM]: 'the system has no memory for a watch',
  [EACCES]: 'it may not be read',
  [ENOSYS]: "watch.backend is 'native', which is there on Linux only: leave it out for 'chokidar'",
};

/** @param errno for which the system gives no watch */
export function noWatchWarning(path: string, errno: number, platform: NodeJS.Platform = hostPlatform): Warning {
  const cause =
    (platform === 'linux' ? linuxCauses : otherCauses)[errno] ?? `the system gives no watch (errno ${errno})`;
  return {
    code: errno === EACCES ? 'PLOKE_WATCH_UNREADABLE' : 'PLOKE_WATCH_POLLING',
    message: `The directory is looked at every pollIntervalMs instead of being watched, because ${cause}`,
    path,
  };
}
