import { readFile, statfs } from 'node:fs/promises';
import { release } from 'node:os';
import type { Warning } from '../types.js';
import { fileSystemKind } from './file-system-kind.js';
import { describeFileSystem } from './file-system-traits.js';
import { findMount, parseMountTable } from './mount-table.js';

export type WatchBackend = 'native' | 'chokidar' | 'polling';

export interface WatchTraits {
  readonly backend: WatchBackend;
  /** Why it is not the one that is usual on this platform. */
  readonly degraded: Warning | undefined;
}

/**
 * How a directory is best watched. It may be asked by path: what it decides is a matter of speed, and whichever is chosen
 * looks through the roots' handles.
 *
 * @param identity `device:inode` of the directory
 */
export async function watchTraits(directory: string, identity: string): Promise<WatchTraits> {
  if (process.platform !== 'linux') return { backend: 'chokidar', degraded: undefined };
  const kind = fileSystemKind((await statfs(directory).catch(() => ({ type: 0 }))).type);
  if (!kind.network) return { backend: 'native', degraded: undefined };
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const mount = findMount(parseMountTable(table), 0, identity.slice(0, identity.indexOf(':')));
  const traits = describeFileSystem(kind, mount, release());
  if (!traits.network) return { backend: 'native', degraded: undefined };
  return {
    backend: 'polling',
    degraded: {
      code: 'PLOKE_WATCH_POLLING',
      message: `The directory is looked at every pollIntervalMs instead of being watched, because ${traits.name} may change on other hosts, of which this one is not told`,
      path: directory,
    },
  };
}
