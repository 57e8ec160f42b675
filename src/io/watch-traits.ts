import { release } from 'node:os';
import { hostPlatform } from '../platform/host.js';
import type { Warning } from '../types.js';
import { fileSystemAt } from './file-system-at.js';
import { fileSystemKind, type NamedFileSystem } from './file-system-kind.js';
import { describeFileSystem } from './file-system-traits.js';

export type WatchBackend = 'native' | 'chokidar' | 'polling';

export interface WatchTraits {
  readonly backend: WatchBackend;
  /** Why it is not the one that is usual on this platform. */
  readonly degraded: Warning | undefined;
  /** Whether every change gives a file another time, so that a stamp that is ours proves that the content is. */
  readonly hasFineStamps: boolean;
}

/** Of the clock that file times are taken from; the kernel's tick is 1 ms at the least. */
const fineMs = 0.001;

/**
 * How a directory is best watched, and what its stamps are worth. It may be asked by path: whatever it decides, looks go
 * through the roots' handles.
 *
 * @param identity `device:inode` of the directory
 * @param named asked only where file systems have names
 * @param asked for by the caller; `auto`: by platform and file system
 */
export async function watchTraits(
  directory: string,
  identity: string,
  asked: WatchBackend | 'auto',
  named: (directory: string) => Promise<NamedFileSystem | undefined>,
  platform: NodeJS.Platform = hostPlatform,
): Promise<WatchTraits> {
  const usual = asked === 'auto' ? undefined : asked;
  if (platform !== 'linux') {
    // A drive that stands for a share does not tell: there the looks that chokidar is given now and then find what is missed.
    if (usual === undefined && platform === 'win32' && directory.startsWith('\\\\')) {
      return polled(directory, 'a share', false);
    }
    const fileSystem = usual === undefined ? await named(directory) : undefined;
    const isNamed = fileSystem !== undefined && fileSystem.type !== '';
    const traits = isNamed ? describeFileSystem(fileSystemKind(0, fileSystem), undefined, release()) : undefined;
    if (traits?.network) return polled(directory, traits.name, false);
    return { backend: usual ?? 'chokidar', degraded: undefined, hasFineStamps: false };
  }
  const traits = await fileSystemAt(directory, async () => identity.slice(0, identity.indexOf(':')));
  const hasFineStamps = traits.timestampResolutionMs < fineMs;
  if (usual !== undefined || !traits.network) {
    return { backend: usual ?? 'native', degraded: undefined, hasFineStamps };
  }
  return polled(directory, traits.name, hasFineStamps);
}

function polled(directory: string, fileSystem: string, hasFineStamps: boolean): WatchTraits {
  return {
    backend: 'polling',
    hasFineStamps,
    degraded: {
      code: 'PLOKE_WATCH_POLLING',
      message: `The directory is looked at every pollIntervalMs instead of being watched, because ${fileSystem} may change on other hosts, of which this one is not told`,
      path: directory,
    },
  };
}
