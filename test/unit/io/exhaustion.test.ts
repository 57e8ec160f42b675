import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { replaceResult, retryExhausted } from '../../../src/io/exhaustion.js';

const { EMFILE, ENFILE, ENOENT, ESTALE } = constants.errno;

function batch(status: readonly number[]) {
  return { status: Int32Array.from(status), syscalls: new Uint8Array(status.length) };
}

test('only the items that found no descriptor are run again, until they do', async () => {
  const asked: (readonly number[] | null)[] = [];
  const answers = [[0, EMFILE, ENOENT, ENFILE], [0, EMFILE], [0]];
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
  );
  expect(asked).toEqual([null, [1, 3], [3]]);
  expect([...result.status]).toEqual([0, 0, ENOENT, 0]);
});

test('a signal ends the wait at once', async () => {
  const controller = new AbortController();
  let runs = 0;
  const waiting = retryExhausted(
    async () => {
      if (++runs === 3) controller.abort();
      return batch([EMFILE]);
    },
    replaceResult,
    controller.signal,
  );
  expect([...(await waiting).status]).toEqual([EMFILE]);
  expect(runs).toBe(3);
});

test('nothing more is asked of the server for a call that was aborted as it waited', async () => {
  const controller = new AbortController();
  const refreshed: (readonly number[])[] = [];
  const stale = {
    among: async (indexes: readonly number[]) => {
      // While it waits for the next try.
      if (refreshed.length === 1) setImmediate(() => controller.abort());
      return indexes;
    },
    refresh: async (indexes: readonly number[]) => void refreshed.push(indexes),
  };
  const result = await retryExhausted(async () => batch([ESTALE]), replaceResult, controller.signal, stale);
  expect([...result.status]).toEqual([ESTALE]);
  expect(refreshed).toEqual([[0]]);
});
