import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { loadAddon } from '../../../src/native/load.js';
import { WatchMask } from '../../../src/native/watch-batches.js';
import { finished, startChild } from '../../support/child.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { type TakenRecord, watchedDirectory } from '../../support/watched-directory.js';

const addon = loadAddon();
const { ENOTDIR, ENOENT, ECANCELED } = constants.errno;
const script = 'test/unit/native/directory-watch-child.mjs';

/** A root with the directories `a` and `b`, which are watched as the root is. */
async function setUp() {
  const directory = temporaryDirectory();
  const at = (...names: readonly string[]): string => path.join(directory, ...names);
  for (const name of ['a', 'b']) mkdirSync(at(name));
  const watched = await watchedDirectory(addon, directory);
  const listed = await watched.list(['', 'a', 'b']);
  expect([...listed.status]).toEqual([0, 0, 0]);
  return { directory, at, listed, ...watched };
}

test('tells of what happens to a file, in order', async () => {
  const { at, told } = await setUp();
  writeFileSync(at('a', 'file'), 'one');
  expect(told()).toEqual(['create a/file', 'modify a/file', 'closeWrite a/file']);
  appendFileSync(at('a', 'file'), 'two');
  expect(told()).toEqual(['modify a/file', 'closeWrite a/file']);
  chmodSync(at('a', 'file'), 0o600);
  unlinkSync(at('a', 'file'));
  expect(told()).toEqual(['attrib a/file', 'delete a/file']);
  expect(told()).toEqual([]);
});

test('the records of several directories come in the order in which things happened', async () => {
  const { at, told } = await setUp();
  const expected: string[] = [];
  for (let round = 0; round < 50; round += 1) {
    for (const name of ['a', 'b']) {
      mkdirSync(at(name, `sub${round}`));
      rmdirSync(at(name, `sub${round}`));
      const where = `directory ${name}/sub${round}`;
      expected.push(`create ${where}`, `delete ${where}`);
    }
  }
  expect(told()).toEqual(expected);
});

test('the listener is called when there is something to take, and once until it is taken', async () => {
  const { at, read, told, calls, nextCall } = await setUp();
  read(() => mkdirSync(at('a', 'one')));
  read(() => mkdirSync(at('a', 'two')));
  expect(calls()).toBe(0);
  await nextCall();
  read(() => mkdirSync(at('a', 'three')));
  for (let turns = 0; turns < 20; turns += 1) await turn();
  expect(calls()).toBe(1);
  expect(told()).toHaveLength(3);
  read(() => mkdirSync(at('a', 'four')));
  await nextCall();
  expect(told()).toEqual(['create directory a/four']);
});

test('the halves of a rename have one cookie, in one directory and between two', async () => {
  const { at, take, listed } = await setUp();
  const [, a, b] = listed.watches ?? [];
  writeFileSync(at('a', 'file'), '');
  take();
  renameSync(at('a', 'file'), at('a', 'other'));
  renameSync(at('a', 'other'), at('b', 'file'));
  const { rows } = take();
  const { movedFrom, movedTo } = WatchMask;
  expect(rows.map(({ watch, mask, name }) => [watch, mask, name])).toEqual([
    [a, movedFrom, 'file'],
    [a, movedTo, 'other'],
    [a, movedFrom, 'other'],
    [b, movedTo, 'file'],
  ]);
  const [first, second, third, fourth] = rows.map(({ cookie }) => cookie);
  expect(first).toBeGreaterThan(0);
  expect([second, fourth]).toEqual([first, third]);
  expect(third).not.toBe(first);
});

test('what is moved to where nobody looks has one half, which is told without the other', async () => {
  const { at, told, nextCall } = await setUp();
  const elsewhere = temporaryDirectory();
  writeFileSync(at('a', 'file'), '');
  told();
  renameSync(at('a', 'file'), path.join(elsewhere, 'file'));
  await nextCall();
  expect(told()).toEqual(['movedFrom a/file']);
});

test('a renamed directory keeps its watch, and a removed one loses it', async () => {
  const { at, told } = await setUp();
  renameSync(at('a'), at('c'));
  writeFileSync(at('c', 'file'), '');
  expect(told()).toEqual([
    'movedFrom directory a',
    'movedTo directory c',
    'moveSelf a',
    'create a/file',
    'closeWrite a/file',
  ]);
  unlinkSync(at('c', 'file'));
  rmdirSync(at('c'));
  expect(told()).toEqual(['delete a/file', 'deleteSelf a', 'ignored a', 'delete directory c']);
});

test('a removed directory of which a descriptor is open keeps its watch until that is closed', async () => {
  const { at, told } = await setUp();
  const held = openSync(at('a'), 'r');
  rmdirSync(at('a'));
  expect(told()).toEqual(['delete directory a']);
  closeSync(held);
  expect(told()).toEqual(['deleteSelf a', 'ignored a']);
});

test('what happens in a new directory is told from when it is watched', async () => {
  const { at, told, list } = await setUp();
  mkdirSync(at('a', 'sub'));
  writeFileSync(at('a', 'sub', 'before'), '');
  expect(told()).toEqual(['create directory a/sub']);
  expect((await list(['a/sub'])).names).toBe('before');
  writeFileSync(at('a', 'sub', 'after'), '');
  expect(told()).toEqual(['create a/sub/after', 'closeWrite a/sub/after']);
});

test('no file falls between the listing and the records', async () => {
  const directory = temporaryDirectory();
  // So many that listing them takes a while.
  for (let index = 0; index < 2_000; index += 1) writeFileSync(path.join(directory, `old${index}`), '');
  const writer = startChild(script, ['write', directory]);
  const ended = finished(writer);
  while (readdirSync(directory).length < 2_010) await turn();
  const rounds: { names: string; take: () => { rows: TakenRecord[] } }[] = [];
  while (rounds.length < 20) {
    const { list, take } = await watchedDirectory(addon, directory);
    rounds.push({ names: (await list([''])).names, take });
  }
  writer.kill('SIGKILL');
  await ended;
  const there = readdirSync(directory);
  for (const { names, take } of rounds) {
    const known = new Set([...names.split('\0'), ...take().rows.map(({ name }) => name)]);
    expect(there.filter((name) => !known.has(name))).toEqual([]);
  }
});

test('records that follow each other and are the same are one, also when they were read one by one', async () => {
  const { at, read, told } = await setUp();
  const [one, two] = ['one', 'two'].map((name) => openSync(at('a', name), 'w'));
  if (one === undefined || two === undefined) throw new Error('no files');
  onTestFinished(() => {
    closeSync(one);
    closeSync(two);
  });
  told();
  for (const file of [one, one, two, two, one]) read(() => writeSync(file, 'x'));
  expect(told()).toEqual(['modify a/one', 'modify a/two', 'modify a/one']);
  read(() => writeSync(one, 'x'));
  expect(told()).toEqual(['modify a/one']);
});

test('names that are not UTF-8 are left out, and the other half of a rename is not', async () => {
  const { at, take } = await setUp();
  const bytes = Buffer.concat([Buffer.from(`${at('a')}/`), Buffer.from([0x66, 0xff])]);
  writeFileSync(bytes, '');
  renameSync(bytes, at('a', 'täxt'));
  renameSync(at('a', 'täxt'), bytes);
  const { rows } = take();
  expect(rows.map(({ mask, name }) => [mask, name])).toEqual([
    [WatchMask.movedTo, 'täxt'],
    [WatchMask.movedFrom, 'täxt'],
  ]);
  expect(rows.every(({ cookie }) => cookie > 0)).toBe(true);
});

test('temporary files are left out, and what they become is not', async () => {
  const { at, told } = await setUp();
  const temporary = at('a', `.ploke-io-tmp-${'0'.repeat(32)}-${'1'.repeat(32)}-w`);
  writeFileSync(temporary, 'content');
  expect(told()).toEqual([]);
  renameSync(temporary, at('a', 'file'));
  expect(told()).toEqual(['movedTo a/file']);
});

test('each directory is told with its watch and its identity', async () => {
  const { at, directory, listed, list, set } = await setUp();
  const identity = (name: string): string => `${statSync(name).dev}:${statSync(name).ino}`;
  expect(listed.identities).toEqual([directory, at('a'), at('b')].map(identity));
  expect(new Set(listed.watches)).toHaveLength(3);
  const again = await list(['a', 'missing']);
  expect([...again.status]).toEqual([0, ENOENT]);
  expect([...(again.watches ?? [])]).toEqual([listed.watches?.[1], 0]);
  expect(again.identities).toEqual([identity(at('a')), undefined]);
  const batch = { set, count: 1, paths: 'a', roots: new Uint8Array(1), cancel: null, stamps: false };
  expect(await addon.listBatch(batch)).toMatchObject({ watches: null, identities: null });
  const identities = [identity(at('a'))];
  expect(await addon.listBatch({ ...batch, identities: true })).toMatchObject({ watches: null, identities });
});

test.each(['a/link', 'a/link/'])('a link in the place of a directory is not watched: %s', async (name) => {
  const { at, told, list } = await setUp();
  mkdirSync(at('b', 'target'));
  symlinkSync('../b/target', at('a', 'link'));
  told();
  const refused = await list([name]);
  expect([...refused.status]).toEqual([ENOTDIR]);
  expect([...(refused.watches ?? [])]).toEqual([0]);
  writeFileSync(at('b', 'target', 'file'), '');
  expect(told()).toEqual([]);
  const followed = await list([name], false);
  expect(followed.names).toBe('file');
  unlinkSync(at('b', 'target', 'file'));
  expect(told()).toHaveLength(1);
});

test('a watch that is removed says so, and no more', async () => {
  const { at, told, listed, watch } = await setUp();
  const [, a = 0] = listed.watches ?? [];
  addon.removeWatches(watch, Int32Array.of(a, a, 9_999));
  writeFileSync(at('a', 'file'), '');
  writeFileSync(at('b', 'file'), '');
  expect(told()).toEqual(['ignored a', 'create b/file', 'closeWrite b/file']);
});

test('a watcher that is closed meanwhile gives no watch, and does not keep anything from being listed', async () => {
  const { watch, list } = await setUp();
  const listing = list(Array.from({ length: 2_000 }, () => 'a'));
  await addon.closeWatch(watch);
  const { status, watches } = await listing;
  expect(status.every((code) => code === 0)).toBe(true);
  expect(watches?.at(-1)).toBe(-ECANCELED);
  expect(watches?.every((given) => given > 0 || given === -ECANCELED)).toBe(true);
});
