// @ts-check
// What every backend of the watcher has to show; a suite of its own for each, since a backend that takes its process with
// it must not take the others.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { matches, until } from './expect.mjs';
import { makeFiles } from './files.mjs';
import { suiteOf } from './harness.mjs';
import { OtherProcess } from './other-process.mjs';
import { isWindows } from './settings.mjs';
import { inWords, watched } from './watched.mjs';

/** @typedef {import('./harness.mjs').Place} Place */
/** @typedef {import('./harness.mjs').Workspace} Workspace */

/**
 * What others do, told once for all.
 *
 * @type {readonly { name: string, files?: Record<string, string>, act: (at: Place['at']) => void, told: string[], on?: boolean }[]}
 */
const foreign = [
  { name: 'a file is made', act: (at) => writeFileSync(at('a'), 'a'), told: ['create a'] },
  { name: 'a file is changed', files: { a: 'a' }, act: (at) => appendFileSync(at('a'), 'more'), told: ['update a'] },
  {
    name: 'a file is overwritten with as many bytes',
    files: { a: 'old' },
    act: (at) => writeFileSync(at('a'), 'new'),
    told: ['update a'],
  },
  { name: 'a file is touched', files: { a: 'a' }, act: (at) => utimesSync(at('a'), 1, 1), told: ['update a'] },
  {
    name: 'a mode is changed',
    files: { a: 'a' },
    act: (at) => chmodSync(at('a'), 0o600),
    told: ['update a'],
    on: !isWindows,
  },
  { name: 'a file is removed', files: { a: 'a' }, act: (at) => unlinkSync(at('a')), told: ['remove a'] },
  {
    name: 'a file is renamed',
    files: { a: 'a' },
    act: (at) => renameSync(at('a'), at('b')),
    told: ['rename a -> b'],
  },
  {
    name: 'a file is renamed into another directory',
    files: { 'd/a': 'a', 'e/x': 'x' },
    act: (at) => renameSync(at('d/a'), at('e/b')),
    told: ['rename d/a -> e/b'],
  },
  {
    name: 'an editor saves through a temporary file',
    files: { a: 'a' },
    act: (at) => {
      writeFileSync(at('.a.swp'), 'new');
      renameSync(at('.a.swp'), at('a'));
    },
    told: ['update a'],
  },
  {
    name: 'a file comes and goes',
    act: (at) => {
      writeFileSync(at('a'), 'a');
      unlinkSync(at('a'));
    },
    told: [],
  },
  {
    name: 'a tree is made',
    act: (at) => {
      mkdirSync(at('d/e'), { recursive: true });
      writeFileSync(at('d/e/a'), 'a');
      writeFileSync(at('d/b'), 'b');
    },
    told: ['create d/', 'create d/b', 'create d/e/', 'create d/e/a'],
  },
  {
    name: 'a tree is removed',
    files: { 'd/e/a': '', 'd/b': '' },
    act: (at) => rmSync(at('d'), { recursive: true }),
    told: ['remove d/'],
  },
  {
    name: 'a tree is renamed',
    files: { 'd/e/a': '', 'd/b': '' },
    act: (at) => renameSync(at('d'), at('g')),
    told: ['rename d/ -> g/'],
  },
  {
    name: 'a directory becomes a file',
    files: { 'd/x': '' },
    act: (at) => {
      unlinkSync(at('d/x'));
      rmdirSync(at('d'));
      writeFileSync(at('d'), 'file');
    },
    told: ['create d', 'remove d/'],
  },
  {
    name: 'something happens where nothing is watched',
    files: { 'node_modules/a': '' },
    act: (at) => writeFileSync(at('node_modules/a'), 'new'),
    told: [],
  },
];

/** @type {readonly { name: string, files?: Record<string, string>, act: (workspace: Workspace, at: Place['at']) => Promise<unknown>, told: string[] }[]} */
const own = [
  {
    name: 'writeFile',
    files: { a: 'old' },
    act: (workspace, at) => workspace.writeFile(at('a'), 'new'),
    told: ['update a (me)'],
  },
  {
    name: 'a write with an origin of its own',
    files: { a: 'old' },
    act: (workspace, at) => workspace.writeFile(at('a'), 'new', { origin: 'agent 7' }),
    told: ['update a (agent 7)'],
  },
  {
    name: 'createFile with its directories',
    act: (workspace, at) => workspace.createFile(at('d/e/a'), 'new', { parents: true }),
    told: ['create d/ (me)', 'create d/e/ (me)', 'create d/e/a (me)'],
  },
  {
    name: 'a batch of splices',
    files: { a: 'old', b: 'old' },
    act: (workspace, at) =>
      workspace.writeSnippets(['a', 'b'].map((name) => ({ path: at(name), find: 'old', replacement: 'new' }))),
    told: ['update a (me)', 'update b (me)'],
  },
  {
    name: 'rename and removeFile',
    files: { a: 'old' },
    act: async (workspace, at) => {
      await workspace.rename(at('a'), at('b'));
      await workspace.removeFile(at('b'));
    },
    told: ['rename a -> b (me)', 'remove b (me)'],
  },
  {
    name: 'createDirectory and removeDirectory',
    act: async (workspace, at) => {
      await workspace.createDirectory(at('d/e'), { parents: true });
      await workspace.removeDirectory(at('d'), { recursive: true });
    },
    told: ['create d/ (me)', 'create d/e/ (me)', 'remove d/ (me)'],
  },
];

/** @param {'native' | 'chokidar' | 'polling'} backend */
export function watchingTests(backend) {
  const test = suiteOf(`watching by ${backend}`);

  for (const { name, files, act, told, on } of foreign) {
    if (on === false) continue;
    test(name, async (place) => {
      makeFiles(place.directory, files ?? {});
      const watching = await watched(place, { backend });
      act(place.at);
      assert.deepEqual((await watching.told()).sort(), told);
      assert.deepEqual(await watching.told(), []);
    });
  }

  for (const { name, files, act, told } of own) {
    test(`${name} is told once, with its origin`, async (place) => {
      makeFiles(place.directory, files ?? {});
      const watching = await watched(place, { backend });
      await act(watching.workspace, place.at);
      assert.deepEqual(await watching.told(), told);
      assert.deepEqual(await watching.told(), []);
    });
  }

  test('a change is delivered without anybody asking for it', async (place) => {
    makeFiles(place.directory, { 'd/a': 'old' });
    const workspace = await place.open({ watch: { backend, debounceMs: 0, pollIntervalMs: 100 } });
    const events = workspace.events();
    const next = events.next();
    writeFileSync(place.at('d/a'), 'new content');
    const { value } = await next;
    assert.equal(inWords(place.directory, value), 'update d/a');
  });

  test('the write of another process is told with origin null', async (place) => {
    makeFiles(place.directory, { a: 'old' });
    const watching = await watched(place, { backend });
    const other = new OtherProcess(place, 'caller', {
      root: place.directory,
      calls: [['writeFile', place.at('a'), 'theirs']],
    });
    other.tell('go');
    await other.said('done');
    await other.ended();
    assert.deepEqual(await watching.told(), ['update a']);
  });

  test("with echo suppress the workspace's own changes are not told", async (place) => {
    const watching = await watched(place, { backend, echo: 'suppress' });
    await watching.workspace.createFile(place.at('a'), 'mine');
    writeFileSync(place.at('b'), 'foreign');
    await watching.workspace.writeFile(place.at('b'), 'mine');
    assert.deepEqual(await watching.told(), ['create b']);
  });

  test('a foreign edit right behind an own write is told', async (place) => {
    makeFiles(place.directory, { a: 'old' });
    const watching = await watched(place, { backend, debounceMs: 20 });
    for (let round = 10; round < 20; round += 1) {
      await watching.workspace.writeFile(place.at('a'), `mine ${round}`);
      writeFileSync(place.at('a'), `ours ${round}`);
      assert.deepEqual(await watching.told(), ['update a (me)', 'update a']);
    }
  });

  test('who does not keep up is told so, and what was missed, and that this is all', async (place) => {
    const workspace = await place.open({ watch: { backend, debounceMs: 0, queueCapacity: 4 } });
    const events = workspace.events();
    const names = Array.from({ length: 60 }, (_, index) => `file${index}`);
    for (const name of names) writeFileSync(place.at(name), name);
    await workspace.flushEvents();
    const paths = new Set();
    let hasOverflowed = false;
    for (;;) {
      const { value } = await events.next();
      if (value.type === 'overflow') hasOverflowed = true;
      if (value.type === 'rescanned' && paths.size === names.length) break;
      if ('path' in value) paths.add(value.path);
    }
    assert.ok(hasOverflowed, 'no overflow was told');
    assert.deepEqual([...paths].sort(), names.map((name) => place.at(name)).sort());
  });

  test('close ends what iterates, and the file can go', async (place) => {
    makeFiles(place.directory, { 'ws/d/a': 'x' });
    const workspace = await place.open({ roots: [place.at('ws')], watch: { backend } });
    const next = workspace.events().next();
    await workspace.close();
    matches(await next, { done: true });
    rmSync(place.at('ws'), { recursive: true, maxRetries: 20, retryDelay: 100 });
    await until(() => !existsSync(place.at('ws')), 'the directory to go');
  });
}
