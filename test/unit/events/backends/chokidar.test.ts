import { createHook } from 'node:async_hooks';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChokidarBackend } from '../../../../src/events/backends/chokidar.js';

/** What libuv calls when something happened to a watched path, or to the watch: the way Node itself learns of it. */
interface SystemWatch {
  readonly initialized: boolean;
  onchange(status: number, event: string, name: string): void;
}

let root = '';
let backend: ChokidarBackend | undefined;
const systemWatches: SystemWatch[] = [];
const hook = createHook({
  init: (_id, type, _trigger, resource) => {
    if (type === 'FSEVENTWRAP') systemWatches.push(resource as SystemWatch);
  },
});
/** Watches for which the process stays. */
const held = (): number => process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length;

beforeEach(() => {
  root = mkdtempSync(path.join(realpathSync(tmpdir()), 'ploke-io-chokidar-'));
  mkdirSync(path.join(root, 'directory'));
  writeFileSync(path.join(root, 'directory', 'file'), 'one');
  systemWatches.length = 0;
  hook.enable();
});
afterEach(async () => {
  hook.disable();
  await backend?.close();
  backend = undefined;
  rmSync(root, { recursive: true, force: true });
});

async function open(): Promise<{ hints: AsyncIterator<string>; failures: NodeJS.ErrnoException[] }> {
  const waiting: ((result: IteratorResult<string>) => void)[] = [];
  const failures: NodeJS.ErrnoException[] = [];
  backend = await ChokidarBackend.open({
    root,
    ignores: (relative) => relative === 'ignored',
    hint: (relative) => {
      for (const resolve of waiting.splice(0)) resolve({ done: false, value: relative });
    },
    failed: (error) => failures.push(error),
  });
  return { hints: { next: () => new Promise((resolve) => waiting.push(resolve)) }, failures };
}

test('reports the failure of a watch, and throws it nowhere', async () => {
  const { failures } = await open();
  expect(systemWatches.length).toBeGreaterThanOrEqual(3);
  for (const watch of [...systemWatches]) watch.onchange(-constants.errno.EPERM, 'rename', 'directory');
  expect(failures).toHaveLength(systemWatches.length);
  for (const failure of failures) expect(failure).toMatchObject({ code: 'EPERM', syscall: 'watch' });
});

test('tells of what is created, changed and removed', async () => {
  const { hints, failures } = await open();
  const created = hints.next();
  writeFileSync(path.join(root, 'created'), 'one');
  expect(await created).toEqual({ done: false, value: 'created' });
  const changed = hints.next();
  writeFileSync(path.join(root, 'directory', 'file'), 'another');
  expect(await changed).toEqual({ done: false, value: 'directory/file' });
  const removed = hints.next();
  rmSync(path.join(root, 'created'));
  expect(await removed).toEqual({ done: false, value: 'created' });
  expect(failures).toEqual([]);
});

test('keeps no process alive, and closes every watch', async () => {
  const before = held();
  await open();
  expect(systemWatches.length).toBeGreaterThanOrEqual(3);
  expect(held()).toBe(before);
  await backend?.close();
  expect(systemWatches.filter(({ initialized }) => initialized)).toEqual([]);
});
