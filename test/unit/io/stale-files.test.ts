import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { replaceResult, retryExhausted } from '../../../src/io/exhaustion.js';
import { StaleFiles, staleItems } from '../../../src/io/stale-files.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const { EMFILE, ENOENT, ESTALE } = constants.errno;

function batch(status: readonly number[]) {
  return { status: Int32Array.from(status), syscalls: new Uint8Array(status.length) };
}

function everywhere() {
  const refreshed: (readonly number[])[] = [];
  return {
    refreshed,
    among: async (indexes: readonly number[]) => indexes,
    refresh: async (indexes: readonly number[]) => void refreshed.push(indexes),
  };
}

test('items whose file another host replaces are run again with those that found no descriptor, in order', async () => {
  const asked: (readonly number[] | null)[] = [];
  const stale = everywhere();
  const answers = [[ESTALE, 0, EMFILE, ESTALE, ENOENT], [0, ESTALE, 0], [0]];
  const result = await retryExhausted(
    async (indexes) => {
      asked.push(indexes);
      return batch(answers[asked.length - 1] ?? []);
    },
    (into, again, indexes) => {
      for (const [position, index] of indexes.entries()) into.status[index] = again.status[position] ?? -1;
      return into;
    },
    undefined,
    stale,
  );
  // Right before they are run again, and only those.
  expect(stale.refreshed).toEqual([[0, 3], [2]]);
  expect(asked).toEqual([null, [0, 2, 3], [2]]);
  expect([...result.status]).toEqual([0, 0, 0, 0, ENOENT]);
});

test('a signal ends the wait for another host at once', async () => {
  const controller = new AbortController();
  let runs = 0;
  const run = async () => {
    if (++runs === 3) controller.abort();
    return batch([ESTALE]);
  };
  const result = await retryExhausted(run, replaceResult, controller.signal, everywhere());
  expect([...result.status]).toEqual([ESTALE]);
  expect(runs).toBe(3);
});

test('without end, it is the item’s failure after 2 s', async () => {
  let runs = 0;
  const run = async () => {
    runs += 1;
    return batch([ESTALE]);
  };
  const result = await retryExhausted(run, replaceResult, undefined, everywhere());
  expect([...result.status]).toEqual([ESTALE]);
  // The first run, and after pauses of 5, 10, … 160 ms, and of 250 ms six times.
  expect(runs).toBe(1 + 6 + 6);
});

test('ENOENT is an answer, and is not asked for again', async () => {
  let runs = 0;
  const run = async () => {
    runs += 1;
    return batch([ENOENT]);
  };
  await retryExhausted(run, replaceResult, undefined, everywhere());
  expect(runs).toBe(1);
});

test('on a file system of this host nothing is run again, and nothing counted', async () => {
  const root = temporaryDirectory();
  mkdirSync(path.join(root, 'there'));
  const counted: string[] = [];
  const files = new StaleFiles((metric) => counted.push(metric));
  const paths = ['there/file', 'missing/file', 'file'].map((relative) => ({ root: 0, relative }));
  const items = files.of({ rootPaths: [root] }, (index) => paths[index]);
  expect(await items.among([0, 1, 2])).toEqual([]);
  expect(counted).toEqual([]);
});

test('to refresh what is missing, or is no file system’s any more, is no failure', async () => {
  const root = temporaryDirectory();
  const paths = ['missing/file', 'there'].map((relative) => ({ root: 0, relative }));
  await new StaleFiles(() => undefined).of({ rootPaths: [root] }, (index) => paths[index]).refresh([0, 1, 2]);
});

test('only items that failed with ESTALE count as such', () => {
  expect(staleItems(Int32Array.of(0, ESTALE, ENOENT, -7, ESTALE))).toEqual([1, 4]);
});
