import { readFileSync } from 'node:fs';
import { hostPlatform } from '../platform/host.js';

/** What the control groups of this process allow; null: no limit, or none that can be read. */
export interface CgroupLimits {
  /** pids.max: processes and threads. */
  readonly processes: number | null;
  /** memory.max or memory.limit_in_bytes. */
  readonly memoryBytes: number | null;
}

/** Reads a small file; undefined where it cannot be read. */
export type ReadText = (path: string) => string | undefined;

/**
 * The lowest limit on the way from this process' group up to the root, in both versions of the hierarchy. Outside Linux,
 * and where nothing can be read, there is no limit. Sources: cgroups(7), the kernel's admin-guide/cgroup-v2.
 */
export function readCgroupLimits(
  read: ReadText = readSmallFile,
  platform: NodeJS.Platform = hostPlatform,
): CgroupLimits {
  // A file of that name elsewhere would be anybody's.
  if (platform !== 'linux') return { processes: null, memoryBytes: null };
  const groups = parseGroups(read('/proc/self/cgroup') ?? '');
  const lowest = (controller: string, unifiedName: string, legacyName: string): number | null => {
    const legacy = groups.find(({ controllers }) => controllers.includes(controller));
    const unified = groups.find(({ controllers }) => controllers.length === 0);
    const limits = [
      ...(legacy ? limitsUpwards(read, `/sys/fs/cgroup/${controller}`, legacy.path, legacyName) : []),
      // Hybrid systems mount version 2 at unified/, without these controllers: then nothing is found there.
      ...(unified ? limitsUpwards(read, '/sys/fs/cgroup', unified.path, unifiedName) : []),
    ];
    return limits.length === 0 ? null : Math.min(...limits);
  };
  return {
    processes: lowest('pids', 'pids.max', 'pids.max'),
    memoryBytes: lowest('memory', 'memory.max', 'memory.limit_in_bytes'),
  };
}

interface Group {
  /** Empty for version 2. */
  readonly controllers: readonly string[];
  readonly path: string;
}

/** Lines `hierarchy:controller,controller:/path`; version 2 is `0::/path`. */
function parseGroups(text: string): readonly Group[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (!match) return [];
    const [, controllers = '', path = '/'] = match;
    return [{ controllers: controllers.split(',').filter((name) => name !== ''), path }];
  });
}

/** Limits of a group and all above it. In a container the path may be the host's: what does not exist there is passed over. */
function limitsUpwards(read: ReadText, mount: string, path: string, file: string): readonly number[] {
  const limits: number[] = [];
  const names = path.split('/').filter((name) => name !== '');
  for (let depth = names.length; depth >= 0; depth--) {
    const directory = names.slice(0, depth).reduce((parent, name) => `${parent}/${name}`, mount);
    const limit = parseLimit(read(`${directory}/${file}`));
    if (limit !== null) limits.push(limit);
  }
  return limits;
}

/** Version 2 says "max" for no limit; version 1 the largest multiple of the page size that fits 63 bits. */
function parseLimit(text: string | undefined): number | null {
  const digits = text?.trim();
  if (digits === undefined || !/^\d+$/.test(digits)) return null;
  const limit = Number(digits);
  return limit < Number.MAX_SAFE_INTEGER ? limit : null;
}

function readSmallFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // ENOENT for groups of the host, EACCES in sandboxes: all of them mean that nothing is known.
    return undefined;
  }
}
