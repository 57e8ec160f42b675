import { appendFileSync, mkdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { collector, inWords, watched } from '../support/watched.js';

test('files that are made in a directory that was just made carry the origin of their call', async () => {
  const { at, workspace, take, directory } = await watched();
  const foreign: string[] = [];
  for (let round = 0; round < 40; round++) {
    if (round % 2 === 0) await workspace.createDirectory(at(`d${round}`));
    else mkdirSync(at(`d${round}`));
    await Promise.all(['a', 'b', 'c'].map((name) => workspace.createFile(at(`d${round}/${name}`), 'new')));
    const events = await take();
    const files = events.filter((event) => 'entryType' in event && event.entryType === 'file');
    expect(files).toHaveLength(3);
    for (const event of files)
      if (!('origin' in event) || event.origin !== 'me') foreign.push(inWords(directory, event));
  }
  expect(foreign).toEqual([]);
});

test('files in a directory that another process just made are not told where the echo is suppressed', async () => {
  const { at, workspace, take, directory } = await watched({ echo: 'suppress' });
  for (let round = 0; round < 20; round++) {
    mkdirSync(at(`d${round}`));
    await workspace.createFile(at(`d${round}/a`), 'new');
    expect((await take()).map((event) => inWords(directory, event))).toEqual([`create d${round}/`]);
  }
});

test('what others did to a file that is then renamed is told apart, and first', async () => {
  const { at, workspace, told } = await watched({ debounceMs: 1_000_000 }, {}, (at) => writeFileSync(at('a'), 'old'));
  appendFileSync(at('a'), 'foreign');
  await workspace.rename(at('a'), at('b'));
  writeFileSync(at('n'), 'foreign');
  await workspace.rename(at('n'), at('m'));
  expect(await told()).toEqual(['update a', 'rename a → b (me)', 'create n', 'rename n → m (me)']);
});

test('a rename over what was, as far as is known, the directory of its source can be replayed', async () => {
  const { at, workspace, told } = await watched({ debounceMs: 1_000_000 }, {}, (at) => {
    mkdirSync(at('c/p'), { recursive: true });
    writeFileSync(at('c/p/x'), 'old');
  });
  // Nobody has looked yet when the call renames.
  renameSync(at('c/p'), at('p'));
  rmdirSync(at('c'));
  await workspace.rename(at('p/x'), at('c'));
  const events = await told();
  const own = events.filter((text) => text.endsWith('(me)'));
  expect(own).toHaveLength(1);
  expect(['create c (me)', 'rename p/x → c (me)']).toContain(own[0]);
  expect(events).not.toContain('update c');
});

test('what changes while a call waits for a lock is told, and flushEvents does not wait for that', async () => {
  const prepare = (at: (name: string) => string) => {
    for (const name of ['a', 'b']) writeFileSync(at(name), 'old');
  };
  const { at, workspace, directory, told } = await watched({ backend: 'polling', pollIntervalMs: 10 }, {}, prepare);
  const other = await openWorkspace({ roots: [directory] });
  const lock = await other.lock(at('a'));
  const writing = workspace.writeFile(at('a'), 'mine');
  appendFileSync(at('a'), 'foreign');
  appendFileSync(at('b'), 'foreign');
  expect((await told()).toSorted()).toEqual(['update a', 'update b']);
  await lock.release();
  await writing;
  expect(await told()).toEqual(['update a (me)']);
  await other.close();
});

test('a file that a call makes while an inner root takes the place of an outer one is told once', async () => {
  const { at, workspace, take } = await watched({}, {}, (at) => {
    for (const name of ['sub', 'other']) mkdirSync(at(name));
  });
  const changing = workspace.setRoots([at('sub'), at('other')]);
  const made = Array.from({ length: 20 }, (_, index) => workspace.createFile(at(`sub/file${index}`), 'new'));
  await Promise.all([changing, ...made]);
  const paths = (await take()).flatMap((event) => (event.type === 'create' ? [event.path] : []));
  expect(paths.toSorted()).toEqual(made.map((_, index) => at(`sub/file${index}`)).toSorted());
});

test('a root that lies in an ignored directory of another is watched', async () => {
  const { at, workspace } = await watched({}, {}, (at) =>
    mkdirSync(at('node_modules/p/node_modules'), { recursive: true }),
  );
  await workspace.setRoots([at(''), at('node_modules/p')]);
  const take = collector(workspace);
  for (const name of ['node_modules/other', 'node_modules/p/new', 'node_modules/p/node_modules/new']) {
    writeFileSync(at(name), 'new');
  }
  expect((await take()).map((event) => 'path' in event && event.path)).toEqual([at('node_modules/p/new')]);
  // What was ignored until now is new: its content is not told.
  await workspace.setRoots([at('node_modules')]);
  expect((await take()).filter((event) => 'path' in event)).toEqual([]);
});

test('patterns that take something back hold for chokidar too', async () => {
  const { at, workspace } = await watched({ backend: 'chokidar' }, { ignore: ['*', '!*/', '!*.txt'] }, (at) =>
    mkdirSync(at('sub')),
  );
  const events = workspace.events();
  writeFileSync(at('sub/a.log'), 'new');
  writeFileSync(at('sub/a.txt'), 'new');
  // Without a barrier, which would look at everything.
  expect((await events.next()).value).toMatchObject({ type: 'create', path: at('sub/a.txt') });
});
