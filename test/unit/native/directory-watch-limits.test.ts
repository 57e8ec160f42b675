import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadAddon } from '../../../src/native/load.js';
import { projectRoot, runShell } from '../../support/child.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { watchedDirectory } from '../../support/watched-directory.js';

const addon = loadAddon();
const { EMFILE, ENOSPC, EBADF } = constants.errno;
const script = path.join(projectRoot, 'test/unit/native/directory-watch-child.mjs');
/** Of native/linux_directory_watch.cc. */
const mostRecords = 1_000_000;
const mostNameBytes = 64 * 1024 * 1024;

/** What directory-watch-child.mjs says. `limited` is shell that sets the limits and runs what follows. */
async function said(limited: string, what: string, directory: string): Promise<unknown> {
  const { code, stdout, stderr } = await runShell(
    `${limited} '${process.execPath}' '${script}' '${what}' '${directory}'`,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

test('without a descriptor there is no watcher, and with one only nothing is left of it', async () => {
  expect(await said('ulimit -n 60; exec', 'descriptors', temporaryDirectory())).toEqual([EMFILE, EMFILE, 'opened']);
});

test('a watcher whose descriptor fails says so from then on', async () => {
  expect(await said('exec', 'broken', temporaryDirectory())).toEqual([EBADF, EBADF]);
});

// A user namespace has limits of its own (user_namespaces(7), /proc/sys/user): nobody else's watches get in the way of the
// test, nor the test in theirs.
const namespace = 'unshare --user --map-root-user';
const { code: namespaces } = await runShell(`${namespace} true`);
describe.skipIf(namespaces !== 0)('in a namespace', () => {
  const limit = (name: string, count: number): string =>
    `exec ${namespace} sh -c 'echo ${count} > /proc/sys/user/${name} && exec "$0" "$@"'`;

  test('where watches run out the directories are listed all the same', async () => {
    const directory = temporaryDirectory();
    for (const name of ['a', 'b', 'c']) mkdirSync(path.join(directory, name, 'sub'), { recursive: true });
    expect(await said(limit('max_inotify_watches', 2), 'watches', directory)).toEqual({
      status: [0, 0, 0, 0],
      watches: [1, 2, -ENOSPC, -ENOSPC],
      names: ['a', 'b', 'c', 'sub', 'sub', 'sub'],
    });
  });

  test('where watchers run out there is none', async () => {
    expect(await said(limit('max_inotify_instances', 0), 'watches', temporaryDirectory())).toBe(EMFILE);
  });
});

describe.skipIf(process.getuid?.() !== 0)('as root', () => {
  test('an overflow of the queue is told, and what comes after it is too', async () => {
    // A watcher keeps the length that it was opened with: with 0 the kernel queues nothing but the overflow.
    const limit = '/proc/sys/fs/inotify/max_queued_events';
    const before = readFileSync(limit, 'utf8');
    const directory = temporaryDirectory();
    writeFileSync(limit, '0');
    const opening = watchedDirectory(addon, directory).finally(() => writeFileSync(limit, before));
    const { list, take, nextCall } = await opening;
    await list(['']);
    expect(take()).toMatchObject({ overflow: false, rows: [] });
    for (let round = 0; round < 3; round += 1) {
      mkdirSync(path.join(directory, `directory${round}`));
      await nextCall();
      expect(take()).toMatchObject({ overflow: true, rows: [], error: 0 });
      expect(take()).toMatchObject({ overflow: false, rows: [], error: 0 });
    }
  });
});

describe('what nobody takes', () => {
  /** As many records, in a file system in memory; a piece at a time, so that the kernel's queue does not overflow. */
  async function renamed(records: number, nameLength: number) {
    const directory = mkdtempSync('/dev/shm/ploke-io-test-');
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const [one, two] = ['1', '2'].map((name) => path.join(directory, name.repeat(nameLength)));
    if (one === undefined || two === undefined) throw new Error('no names');
    writeFileSync(one, '');
    const { list, read, take } = await watchedDirectory(addon, directory);
    await list(['']);
    for (let left = records / 2; left > 0; left -= 1_000) {
      read(() => {
        for (let index = 0; index < Math.min(left, 1_000); index += 2) {
          renameSync(one, two);
          renameSync(two, one);
        }
      });
    }
    return take;
  }

  // What comes together is given up with the record that is one too many; the rest comes after it.
  test('is given up when it is too many records', async () => {
    const { overflow, rows } = (await renamed(mostRecords + 8, 1))();
    expect([overflow, rows.map(({ name }) => name)]).toEqual([true, ['1', '2', '2', '1', '1', '2', '2', '1'].slice(1)]);
  });

  test('is given up when its names are too long', async () => {
    const bytesEach = 256; // with the NUL that parts it from the one before
    const take = await renamed(mostNameBytes / bytesEach + 8, 255);
    const { overflow, rows } = take();
    expect([overflow, rows.length]).toEqual([true, 7]);
    expect(take()).toMatchObject({ overflow: false, rows: [] });
  });
});
