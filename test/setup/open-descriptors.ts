import { readdirSync, readlinkSync } from 'node:fs';

const folder = '/proc/self/fd';

/** What each open descriptor of this process stands for; empty where the system has no /proc. */
export function openDescriptors(): ReadonlyMap<number, string> {
  const open = new Map<number, string>();
  for (const name of namesIn(folder)) {
    try {
      open.set(Number(name), readlinkSync(`${folder}/${name}`));
    } catch (error) {
      // The listing shows the descriptor that it was read through, which is closed by now; others may close meanwhile.
      if (!isMissing(error)) throw error;
    }
  }
  return open;
}

/** The descriptors that are open in `after` and were not, or stood for something else, in `before`. */
export function openedSince(before: ReadonlyMap<number, string>, after: ReadonlyMap<number, string>): string[] {
  return [...after].filter(([fd, target]) => before.get(fd) !== target).map(([fd, target]) => `${fd} -> ${target}`);
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
