import { stat, statfs } from 'node:fs/promises';
import { constants } from 'node:os';
import path from 'node:path';
import { hostPlatform } from '../platform/host.js';
import { fileSystemAt } from './file-system-at.js';
import type { PathBelowRoot } from './path-batch.js';

const { ESTALE } = constants.errno;

/** Of a batch: which of its items are run again because another host replaces their files. */
export interface StaleItems {
  /** Of items that failed with ESTALE, by index, those that are. */
  among(indexes: readonly number[]): Promise<readonly number[]>;
  /** Has the system forget what it believes of the names of these, right before they are run again. */
  refresh(indexes: readonly number[]): Promise<void>;
}

/** What the paths of a batch lie under. */
export interface RootsOfPaths {
  /** By the index that paths have for their root. */
  readonly rootPaths: readonly string[];
}

/**
 * A network file system answers ESTALE, for up to about a second, while another host replaces the file: the name still leads
 * to the old version here, and that is gone. (GlusterFS with its defaults; NFS, whose protocol the code is from.) Then the
 * call is to be made again after a pause. A file system of this host does so for other reasons, which no pause ends.
 *
 * Where hosts replace a file many times a second, a pause alone finds the name as stale as before: opening and stat(2) are
 * answered from caches. statfs(2) of the name is asked of the server, which refuses it, and that makes the kernel look the
 * name up anew: 32 tries of 188 found the file then, instead of 1 of 176. Listing the directory would do as well, but it
 * makes the caches hold the size of files that another host has not finished yet, and then their contents are cut.
 *
 * ENOENT is no such answer where a name is looked up: nothing may be there indeed, and whoever asks for it would wait for
 * nothing. Where it is the answer to a call on what is open already, the addon says ESTALE.
 */
export class StaleFiles {
  readonly #count: (metric: string, by: number) => void;

  /** @param count for the metric `stale.retries`, of items */
  constructor(count: (metric: string, by: number) => void) {
    this.#count = count;
  }

  of({ rootPaths }: RootsOfPaths, pathAt: (index: number) => PathBelowRoot | undefined): StaleItems {
    return {
      among: async (indexes) => {
        const isRemote = new Map<string, boolean>();
        const again: number[] = [];
        for (const index of indexes) {
          const file = pathAt(index);
          if (!file) continue;
          const root = rootPaths[file.root] ?? '';
          const directory = path.join(root, directoryOf(file));
          if (!isRemote.has(directory)) isRemote.set(directory, await isOnNetwork(directory, root));
          if (isRemote.get(directory)) again.push(index);
        }
        if (again.length > 0) this.#count('stale.retries', again.length);
        return again;
      },
      refresh: async (indexes) => {
        for (const index of indexes) {
          const file = pathAt(index);
          // Whatever it answers: what is run again will say what is wrong. Nothing of it is returned, so by path will do.
          if (file) await statfs(path.join(rootPaths[file.root] ?? '', file.relative)).catch(() => undefined);
        }
      },
    };
  }
}

function directoryOf({ relative }: PathBelowRoot): string {
  const end = relative.endsWith('/') ? relative.length - 1 : relative.length;
  return relative.slice(0, Math.max(0, relative.lastIndexOf('/', end - 1)));
}

/** The items that failed with ESTALE. */
export function staleItems(status: Int32Array): number[] {
  const indexes: number[] = [];
  for (let index = 0; index < status.length; index++) if (status[index] === ESTALE) indexes.push(index);
  return indexes;
}

/** The directory may be stale itself; then it is as its root is. */
async function isOnNetwork(directory: string, root: string): Promise<boolean> {
  // Elsewhere than on Linux, where overlayfs may say it, the code comes from file servers alone.
  if (hostPlatform !== 'linux') return true;
  const there = await stat(directory, { bigint: true }).catch(() => undefined);
  if (!there) return directory !== root && isOnNetwork(root, root);
  return (await fileSystemAt(directory, async () => String(there.dev))).network;
}
