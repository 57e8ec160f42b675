import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type FileEvent, openWorkspace, type Workspace } from '../../src/index.js';
import { watched } from '../support/watched.js';

type At = (name: string) => string;

interface Case {
  readonly name: string;
  readonly prepare?: (at: At) => void;
  readonly act: (workspace: Workspace, at: At) => Promise<unknown>;
  readonly told: readonly string[];
}

const file = (name: string) => (at: At) => writeFileSync(at(name), 'old\n');

const cases: readonly Case[] = [
  {
    name: 'writeFile',
    prepare: file('a'),
    act: (workspace, at) => workspace.writeFile(at('a'), 'new'),
    told: ['update a (me)'],
  },
  {
    name: 'writeFile of a missing file',
    act: (workspace, at) => workspace.writeFile(at('a'), 'new', { ifMissing: 'create' }),
    told: ['create a (me)'],
  },
  {
    name: 'writeFile with an origin of its own',
    prepare: file('a'),
    act: (workspace, at) => workspace.writeFile(at('a'), 'new', { origin: 'agent 7' }),
    told: ['update a (agent 7)'],
  },
  {
    name: 'writeFile through a link',
    prepare: (at) => {
      file('a')(at);
      symlinkSync('a', at('link'));
    },
    act: (workspace, at) => workspace.writeFile(at('link'), 'new'),
    told: ['update a (me)'],
  },
  {
    name: 'writeFile through a directory that is a link',
    prepare: (at) => {
      mkdirSync(at('d'));
      file('d/a')(at);
      symlinkSync('d', at('link'));
    },
    act: (workspace, at) => workspace.writeFile(at('link/a'), 'new'),
    told: ['update d/a (me)'],
  },
  {
    name: 'writeFiles, one file twice',
    prepare: (at) => {
      file('a')(at);
      file('b')(at);
    },
    act: (workspace, at) =>
      workspace.writeFiles(['a', 'b', 'a'].map((name, index) => ({ path: at(name), data: `${index}` }))),
    told: ['update a (me)', 'update b (me)', 'update a (me)'],
  },
  {
    name: 'createFile with its directories',
    act: (workspace, at) => workspace.createFile(at('d/e/a'), 'new', { parents: true }),
    told: ['create d/ (me)', 'create d/e/ (me)', 'create d/e/a (me)'],
  },
  {
    name: 'writeSnippets',
    prepare: file('a'),
    act: (workspace, at) => workspace.writeSnippets([{ path: at('a'), find: 'old', replacement: 'new' }]),
    told: ['update a (me)'],
  },
  {
    name: 'updateFile',
    prepare: file('a'),
    act: (workspace, at) => workspace.updateFile(at('a'), async (current) => `${current?.text}more\n`),
    told: ['update a (me)'],
  },
  {
    name: 'applyPatches that removes a file',
    prepare: file('a'),
    act: (workspace, at) =>
      workspace.applyPatches([{ path: at('a'), diff: '--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n' }]),
    told: ['remove a (me)'],
  },
  {
    name: 'removeFile',
    prepare: file('a'),
    act: (workspace, at) => workspace.removeFile(at('a')),
    told: ['remove a (me)'],
  },
  {
    name: 'rename',
    prepare: file('a'),
    act: (workspace, at) => workspace.rename(at('a'), at('b')),
    told: ['rename a → b (me)'],
  },
  {
    name: 'rename over a file',
    prepare: (at) => {
      file('a')(at);
      file('b')(at);
    },
    act: (workspace, at) => workspace.rename(at('a'), at('b'), { ifExists: 'replace' }),
    told: ['rename a → b (me)'],
  },
  {
    name: 'rename of a directory',
    prepare: (at) => {
      mkdirSync(at('d'));
      file('d/a')(at);
    },
    act: (workspace, at) => workspace.rename(at('d'), at('e')),
    told: ['rename d/ → e/ (me)'],
  },
  {
    name: 'createDirectory and removeDirectory',
    act: async (workspace, at) => {
      await workspace.createDirectory(at('d/e'), { parents: true });
      await workspace.removeDirectory(at('d'), { recursive: true });
    },
    told: ['create d/ (me)', 'create d/e/ (me)', 'remove d/ (me)'],
  },
  {
    name: 'a write that changes nothing',
    prepare: file('a'),
    act: (workspace, at) => workspace.updateFile(at('a'), () => undefined),
    told: [],
  },
  {
    name: 'a write where nothing is watched',
    prepare: (at) => mkdirSync(at('node_modules')),
    act: (workspace, at) => workspace.createFile(at('node_modules/a'), 'new'),
    told: [],
  },
];

describe.each(['native', 'polling', 'chokidar'] as const)('with the backend %s', (backend) => {
  test.each(cases)('$name is told once, with its origin', async ({ prepare, act, told }) => {
    const { at, workspace, ...rest } = await watched({ backend }, {}, prepare);
    await act(workspace, at);
    expect(await rest.told()).toEqual(told);
    expect(await rest.told()).toEqual([]);
  });
});

test('an event carries the stamp of what was written', async () => {
  const { at, workspace, take } = await watched();
  const { stamp } = await workspace.createFile(at('a'), 'new');
  expect(await take()).toMatchObject([{ type: 'create', path: at('a'), entryType: 'file', stamp }]);
});

test('an own write is told at once, whatever others wait for', async () => {
  const { at, workspace } = await watched({ debounceMs: 1_000_000 });
  const events = workspace.events();
  await workspace.createFile(at('a'), 'new');
  expect((await events.next()).value).toMatchObject({ type: 'create', path: at('a') });
});

test('what others did to the file before a write is told before it', async () => {
  const { at, workspace, told } = await watched({ debounceMs: 1_000_000 }, {}, (at) => {
    writeFileSync(at('a'), 'old');
    writeFileSync(at('gone'), 'old');
  });
  appendFileSync(at('a'), 'foreign');
  await workspace.writeFile(at('a'), 'mine');
  writeFileSync(at('new'), 'foreign');
  await workspace.writeFile(at('new'), 'mine');
  renameSync(at('gone'), at('other'));
  await workspace.createFile(at('gone'), 'mine');
  const events = await told();
  expect(events.slice(0, 4)).toEqual(['update a', 'update a (me)', 'create new', 'update new (me)']);
  // Found as a rename if it was looked at in between.
  expect(['remove gone', 'rename gone → other']).toContain(events[4]);
  expect(events[5]).toBe('create gone (me)');
});

test('an edit of another process that follows an own write is told', async () => {
  const { at, workspace, told } = await watched({ debounceMs: 50 }, {}, file('a'));
  for (let round = 0; round < 50; round++) {
    await workspace.writeFile(at('a'), `mine ${round}`);
    // The same length, in place, right behind it.
    writeFileSync(at('a'), `ours ${round}`);
    expect(await told()).toEqual(['update a (me)', 'update a']);
  }
});

test('ten thousand own writes are ten thousand events', async () => {
  const { at, workspace, take } = await watched({ debounceMs: 0 }, { maxOpenFiles: 64 });
  const names = Array.from({ length: 100 }, (_, index) => `file${index}`);
  await workspace.createFiles(names.map((name) => ({ path: at(name), data: 'first' })));
  await take();
  const counts = new Map<string, number>();
  let foreign = 0;
  const count = (events: readonly FileEvent[]) => {
    for (const event of events) {
      if (event.type !== 'update') throw new Error(`told of ${JSON.stringify(event)}`);
      if (event.origin === null) foreign++;
      else counts.set(event.path, (counts.get(event.path) ?? 0) + 1);
    }
  };
  let edits = 0;
  for (let round = 0; round < 50; round++) {
    const writes = names.map((name) => workspace.writeFile(at(name), `alone ${round}`));
    await Promise.all(writes);
    await workspace.writeFiles(names.map((name) => ({ path: at(name), data: `together ${round}` })));
    if (round % 5 === 0) {
      count(await take());
      appendFileSync(at(names[round] ?? ''), 'foreign');
      edits++;
    }
    count(await take());
  }
  expect([...counts.values()]).toEqual(names.map(() => 100));
  expect(foreign).toBe(edits);
});

test('a workspace is told of the writes of another one of its process, with their origin', async () => {
  const { at, workspace, directory, told } = await watched();
  const other = await openWorkspace({ roots: [directory], origin: 'other', durability: 'none' });
  await other.createFile(at('a'), 'new');
  await workspace.writeFile(at('a'), 'mine');
  await other.rename(at('a'), at('b'));
  await other.close();
  expect(await told()).toEqual(['create a (other)', 'update a (me)', 'rename a → b (other)']);
});

test('with echo suppress nothing is told of what the workspace itself does', async () => {
  const { at, workspace, directory, told } = await watched({ echo: 'suppress' });
  const other = await openWorkspace({ roots: [directory], origin: 'other', durability: 'none' });
  await workspace.createFile(at('a'), 'mine');
  await other.writeFile(at('a'), 'other');
  writeFileSync(at('b'), 'foreign');
  await workspace.writeFile(at('b'), 'mine');
  await other.close();
  expect(await told()).toEqual(['update a (other)', 'create b']);
});

test('a write in place is told once', async () => {
  const { at, workspace, told } = await watched({}, { inPlace: 'when-required' }, (at) => {
    writeFileSync(at('a'), 'old');
    linkSync(at('a'), at('b'));
  });
  const { receipt } = await workspace.writeFile(at('a'), 'new');
  expect(receipt.atomic).toBe(false);
  // The other name is not told of: inotify(7) knows the one that the file was opened by.
  expect(await told()).toEqual(['update a (me)']);
  expect(readFileSync(at('b'), 'utf8')).toBe('new');
  expect(statSync(at('b')).nlink).toBe(2);
});
