import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { NativeAddon } from '../../src/native/addon.js';
import type { ListBatchResult } from '../../src/native/look-batches.js';
import { WatchMask, type WatchRecords } from '../../src/native/watch-batches.js';
import { openDescriptors } from '../setup/open-descriptors.js';
import { nativeRootSet } from './native-root.js';

export interface TakenRecord {
  readonly watch: number;
  readonly mask: number;
  readonly cookie: number;
  readonly name: string;
}

export function rowsOf(records: WatchRecords): TakenRecord[] {
  const names = records.names.split('\0');
  return Array.from(records.watches, (watch, index) => ({
    watch,
    mask: records.masks[index] ?? 0,
    cookie: records.cookies[index] ?? 0,
    name: names[index] ?? '',
  }));
}

const bits = Object.entries(WatchMask);

/** A watcher, with the directories it watches by the paths they had, below one root; closed when the test ends. */
export async function watchedDirectory(addon: NativeAddon, root: string) {
  const set = await nativeRootSet(addon, [root]);
  const pathOf = new Map<number, string>();
  let calls = 0;
  const threads = watchThreads();
  const watch = addon.openWatch(() => {
    calls += 1;
  });
  if (typeof watch === 'number') throw new Error(`no watcher: errno ${watch}`);
  onTestFinished(() => addon.closeWatch(watch));
  // A thread gives itself its name, a moment after it was started.
  const own = () => watchThreads().find((id) => !threads.includes(id));
  while (own() === undefined) await turn();
  const thread = own() ?? '';

  const take = () => {
    const records = addon.takeWatch(watch);
    return { ...records, rows: rowsOf(records) };
  };
  const list = async (paths: readonly string[], noFollow = true): Promise<ListBatchResult> => {
    const roots = new Uint8Array(paths.length);
    const batch = { set, count: paths.length, paths: paths.join('\0'), roots, cancel: null, stamps: false };
    const listed = await addon.listBatch({ ...batch, watch, noFollow });
    for (const [index, given] of listed.watches?.entries() ?? []) pathOf.set(given, paths[index] ?? '');
    return listed;
  };
  return {
    set,
    watch,
    list,
    take,
    calls: () => calls,
    async nextCall(): Promise<void> {
      for (const before = calls; calls === before; ) await turn();
    },
    /** What was taken as text: `create directory sub/name`. */
    told: (): string[] =>
      take().rows.map(({ watch: from, mask, name }) => {
        const kinds = bits.filter(([, bit]) => (mask & bit) !== 0).map(([kind]) => kind);
        return `${kinds.join(' ')} ${path.join(pathOf.get(from) ?? `?${from}`, name)}`.replace(
          'isDirectory',
          'directory',
        );
      }),
    /**
     * Does something that the watcher tells of, and comes back when its thread has read that and sleeps again: without a
     * turn of the event loop, so that JavaScript has taken nothing meanwhile.
     */
    read<T>(act: () => T): T {
      const before = sleepsOf(thread).count;
      const result = act();
      for (let now = sleepsOf(thread); now.count === before || !now.sleeping; ) now = sleepsOf(thread);
      return result;
    },
  };
}

/** Ids of the threads of this process that watch. */
export function watchThreads(): string[] {
  return readdirSync('/proc/self/task').filter((id) => textOf(`/proc/self/task/${id}/comm`) === 'ploke-io-watch\n');
}

/** A thread that was joined is in the list for a moment yet. */
export async function untilWatchThreads(count: number): Promise<void> {
  while (watchThreads().length !== count) await turn();
}

export const watcherDescriptors = (): string[] =>
  [...openDescriptors().values()].filter((target) => /^anon_inode:(inotify|\[eventfd\])$/.test(target)).sort();

/** How often a thread gave up the processor of its own accord, and whether it does so now. */
function sleepsOf(thread: string): { count: number; sleeping: boolean } {
  const status = textOf(`/proc/self/task/${thread}/status`);
  return {
    count: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]),
    sleeping: /^State:\s+S/m.test(status),
  };
}

/** '' where the thread has ended by now. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
