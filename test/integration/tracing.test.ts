import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import type { OperationTrace, Workspace, WorkspaceOptions } from '../../src/types.js';
import { finished, startChild } from '../support/child.js';
import { foreignHolder, untilWaits } from '../support/foreign-lock.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { recordCalls, recordSlow } from '../support/told.js';

async function setUp(options: Partial<WorkspaceOptions> = {}) {
  const directory = temporaryDirectory();
  writeFileSync(path.join(directory, 'a'), 'five\n');
  writeFileSync(path.join(directory, 'b'), 'sixth\n');
  mkdirSync(path.join(directory, 'folder'));
  const workspace = await openWorkspace({
    roots: [directory],
    durability: 'none',
    origin: 'the workspace',
    ...options,
  });
  onTestFinished(() => workspace.close());
  const at = (name: string): string => path.join(directory, name);
  return { directory, workspace, at };
}

interface Case {
  readonly operation: string;
  readonly channel: string;
  readonly call: (workspace: Workspace, at: (name: string) => string) => unknown;
  readonly told: Partial<OperationTrace>;
  /** The name of the file that the call is about. */
  readonly about?: string;
}

const patch = '--- a/a\n+++ b/a\n@@ -1 +1 @@\n-five\n+seven\n';
const everything = async (entries: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of entries) void _;
};

const cases: readonly Case[] = [
  {
    operation: 'readFile',
    channel: 'ploke-io:read',
    call: (workspace, at) => workspace.readFile(at('a')),
    told: { items: 1, bytes: 5, origin: null },
    about: 'a',
  },
  {
    operation: 'readFiles',
    channel: 'ploke-io:read',
    call: (workspace, at) => workspace.readFiles([{ path: at('a') }, { path: at('b') }, { path: at('missing') }]),
    told: { items: 3, failedItems: 1, bytes: 11 },
  },
  {
    operation: 'readSnippets',
    channel: 'ploke-io:read',
    call: (workspace, at) =>
      workspace.readSnippets([
        { path: at('a'), start: 0, end: 1 },
        { path: at('a'), start: 1, end: 2 },
      ]),
    // Each file is read once, and whole.
    told: { items: 2, bytes: 5 },
  },
  {
    operation: 'createReadStream',
    channel: 'ploke-io:read',
    call: (workspace, at) => everything(workspace.createReadStream(at('a'))),
    told: { items: 1, bytes: 5 },
    about: 'a',
  },
  {
    operation: 'stat',
    channel: 'ploke-io:read',
    call: (workspace, at) => workspace.stat(at('a')),
    told: { items: 1, bytes: 0 },
    about: 'a',
  },
  {
    operation: 'scanChanges',
    channel: 'ploke-io:scan',
    call: async (workspace, at) => {
      const { path: file, hash } = await workspace.readFile(at('a'));
      await workspace.scanChanges([
        { path: file, hash },
        { path: at('b'), hash },
        { path: '/outside', hash },
      ]);
    },
    told: { items: 3, failedItems: 1, bytes: 11 },
  },
  {
    operation: 'listFiles',
    channel: 'ploke-io:list',
    call: (workspace) => everything(workspace.listFiles({ hash: true })),
    told: { items: 2, bytes: 11, path: null },
  },
  {
    operation: 'listDirectory',
    channel: 'ploke-io:list',
    call: (workspace, at) => workspace.listDirectory(at('.')),
    told: { items: 3, bytes: 0 },
    about: '.',
  },
  {
    operation: 'writeFile',
    channel: 'ploke-io:write',
    call: (workspace, at) => workspace.writeFile(at('a'), 'seven..'),
    told: { items: 1, bytes: 7, origin: 'the workspace' },
    about: 'a',
  },
  {
    operation: 'writeFiles',
    channel: 'ploke-io:write',
    call: (workspace, at) =>
      workspace.writeFiles(
        [
          { path: at('a'), data: 'x' },
          { path: at('missing'), data: 'x' },
        ],
        { origin: 'the call' },
      ),
    told: { items: 2, failedItems: 1, bytes: 1, origin: 'the call' },
  },
  {
    operation: 'writeSnippets',
    channel: 'ploke-io:write',
    call: (workspace, at) =>
      workspace.writeSnippets([
        { path: at('a'), find: 'f', replacement: 'd' },
        { path: at('a'), find: 'e', replacement: 'ers' },
      ]),
    told: { items: 2, failedItems: 0, bytes: 7 },
  },
  {
    operation: 'applyPatches',
    channel: 'ploke-io:write',
    call: (workspace, at) => workspace.applyPatches([{ path: at('a'), diff: patch }]),
    told: { items: 1, failedItems: 0, bytes: 6 },
  },
  {
    operation: 'updateFile',
    channel: 'ploke-io:write',
    call: (workspace, at) => workspace.updateFile(at('a'), () => 'new'),
    told: { items: 1, bytes: 3 },
    about: 'a',
  },
  {
    operation: 'createFile',
    channel: 'ploke-io:write',
    call: (workspace, at) => workspace.createFile(at('new'), 'new'),
    told: { items: 1, bytes: 3 },
    about: 'new',
  },
  {
    operation: 'createFiles',
    channel: 'ploke-io:write',
    call: (workspace, at) =>
      workspace.createFiles([
        { path: at('new'), data: 'new' },
        { path: at('a'), data: 'new' },
      ]),
    told: { items: 2, failedItems: 1, bytes: 3 },
  },
  {
    operation: 'removeFile',
    channel: 'ploke-io:write',
    call: (workspace, at) => workspace.removeFile(at('a')),
    told: { items: 1, bytes: 0, origin: 'the workspace' },
    about: 'a',
  },
  {
    operation: 'rename',
    channel: 'ploke-io:write',
    call: (workspace, at) => workspace.rename(at('a'), at('c')),
    told: { items: 1, bytes: 0 },
    about: 'a',
  },
  {
    operation: 'createDirectory',
    channel: 'ploke-io:write',
    call: (workspace, at) => workspace.createDirectory(at('new')),
    told: { items: 1, bytes: 0 },
    about: 'new',
  },
  {
    operation: 'removeDirectory',
    channel: 'ploke-io:write',
    call: (workspace, at) => workspace.removeDirectory(at('folder')),
    told: { items: 1, bytes: 0 },
    about: 'folder',
  },
  {
    operation: 'lock',
    channel: 'ploke-io:lock',
    call: async (workspace, at) => (await workspace.lock(at('a'))).release(),
    told: { items: 1, bytes: 0, lockWaitMs: 0 },
    about: 'a',
  },
  {
    operation: 'capabilities',
    channel: 'ploke-io:workspace',
    call: (workspace, at) => workspace.capabilities(at('folder')),
    told: { items: 1 },
    about: 'folder',
  },
  {
    operation: 'setRoots',
    channel: 'ploke-io:workspace',
    call: (workspace, at) => workspace.setRoots([at('folder')]),
    told: { path: null },
  },
  {
    operation: 'close',
    channel: 'ploke-io:workspace',
    call: (workspace) => workspace.close(),
    told: { path: null },
  },
];

test.each(cases)('$operation is told once, with its numbers', async ({ operation, channel, call, told, about }) => {
  const { workspace, at } = await setUp();
  const calls = recordCalls();
  await call(workspace, at);
  const published = calls.of(operation);
  expect(published.map(({ phase }) => phase)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
  expect(new Set(published.map((message) => message.channel))).toEqual(new Set([channel]));
  expect(new Set(published.map((message) => message.context)).size).toBe(1);
  const [ended] = calls.ended(operation);
  expect(ended).toMatchObject({ ...told, code: 'OK', workspaceOrigin: 'the workspace' });
  expect(ended?.path).toBe(about === undefined ? null : at(about).replace(/\/\.$/, ''));
  expect(ended).not.toHaveProperty('error');
  for (const ms of [ended?.durationMs, ended?.nativeMs, ended?.queueWaitMs]) expect(ms).toBeGreaterThanOrEqual(0);
});

test('every method of a workspace that works on files is in the table above, or is told otherwise', async () => {
  const { workspace } = await setUp({ watch: true });
  const own = Object.keys(workspace);
  const inherited = Object.getOwnPropertyNames(Object.getPrototypeOf(workspace));
  const getters = ['constructor', 'roots', 'origin', 'limits', 'warnings'];
  // Which answer at once.
  const untold = ['events', 'metrics'];
  const known = [...cases.map(({ operation }) => operation), ...getters, ...untold, 'flushEvents'];
  expect([...own, ...inherited].filter((name) => !known.includes(name))).toEqual([]);
});

test('opening a workspace is told', async () => {
  const calls = recordCalls();
  await setUp();
  expect(calls.of('openWorkspace').map(({ phase }) => phase)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
  expect(calls.ended('openWorkspace')).toMatchObject([{ code: 'OK', workspaceOrigin: 'the workspace' }]);
});

test('a watcher tells of its looks, and of being waited for', async () => {
  const { workspace, at } = await setUp({ watch: { debounceMs: 0 } });
  const calls = recordCalls();
  workspace.events();
  writeFileSync(at('foreign'), 'x');
  await workspace.flushEvents();
  expect(calls.ended('flushEvents')).toMatchObject([{ code: 'OK' }]);
  expect(calls.ended('look').length).toBeGreaterThan(0);
  expect(new Set(calls.of('look').map(({ channel }) => channel))).toEqual(new Set(['ploke-io:watch']));
});

test('native time is told of what runs on native threads', async () => {
  const { workspace, at } = await setUp();
  const calls = recordCalls();
  await workspace.readFile(at('a'));
  await workspace.writeFile(at('a'), 'x');
  await workspace.removeFile(at('a'));
  for (const operation of ['readFile', 'writeFile', 'removeFile']) {
    expect(calls.ended(operation)[0]?.nativeMs).toBeGreaterThan(0);
  }
});

test('a read tells how long it stood in line behind a write', async () => {
  const { workspace, at } = await setUp();
  const calls = recordCalls();
  const holder = await foreignHolder(at('a'));
  const writing = workspace.writeFile(at('a'), 'x');
  await untilWaits(at('a'), 1);
  const reading = workspace.readFile(at('a'));
  await workspace.readFile(at('b'));
  await holder.release();
  await Promise.all([writing, reading]);
  const [of, ofOther] = [at('a'), at('b')].map((file) => calls.ended('readFile').find((told) => told.path === file));
  expect(of?.queueWaitMs).toBeGreaterThan(ofOther?.queueWaitMs ?? Number.POSITIVE_INFINITY);
});

test('calls tell how long they waited for permits', async () => {
  const { workspace, at } = await setUp({ maxOpenFiles: 4 });
  const calls = recordCalls();
  await Promise.all(Array.from({ length: 50 }, () => workspace.readFile(at('a'))));
  const longest = workspace.metrics().histograms['gate.wait.ms']?.max ?? 0;
  expect(longest).toBeGreaterThan(0);
  const waits = calls.ended('readFile').map(({ queueWaitMs }) => queueWaitMs);
  // The gate's own clock starts a moment earlier.
  expect(Math.max(...waits)).toBeGreaterThan(longest / 2);
});

test('calls with one lock tell how long they stood in line behind each other', async () => {
  const { workspace, at } = await setUp();
  const lock = await workspace.lock(at('a'));
  onTestFinished(() => lock.release());
  const calls = recordCalls();
  await Promise.all(['first', 'second'].map((data) => workspace.writeFile(at('a'), data, { lock })));
  const [first, second] = calls.ended('writeFile');
  // All native work of the first was done while the second stood there.
  expect(second?.queueWaitMs).toBeGreaterThan(first?.nativeMs ?? Number.POSITIVE_INFINITY);
});

describe('a failure', () => {
  test('is told with its code and the error itself', async () => {
    const { workspace, at } = await setUp();
    const calls = recordCalls();
    const error = await workspace.readFile(at('missing')).catch((reason: unknown) => reason);
    expect(calls.of('readFile').map(({ phase }) => phase)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect(calls.ended('readFile')).toMatchObject([{ code: 'ENOENT', path: at('missing') }]);
    expect(calls.ended('readFile')[0]?.error).toBe(error);
  });

  test('of the policy is told without the path that it refused', async () => {
    const { workspace } = await setUp();
    const calls = recordCalls();
    await workspace.writeFile('/etc/passwd', 'x').catch(() => undefined);
    expect(calls.ended('writeFile')).toMatchObject([{ code: 'ERR_PLOKE_OUTSIDE_ROOTS', path: null, bytes: 0 }]);
  });

  test('of a function of the caller is told as such', async () => {
    const { workspace, at } = await setUp();
    const calls = recordCalls();
    const thrown = new TypeError('of the caller');
    const update = (): string => {
      throw thrown;
    };
    await expect(workspace.updateFile(at('a'), update)).rejects.toBe(thrown);
    expect(calls.ended('updateFile')).toMatchObject([{ code: 'CALLER_FAILURE', error: thrown }]);
  });

  test('of a closed workspace and of an aborted call', async () => {
    const { workspace, at } = await setUp();
    const calls = recordCalls();
    await workspace.stat(at('a'), { signal: AbortSignal.abort() }).catch(() => undefined);
    await workspace.close();
    await workspace.stat(at('a')).catch(() => undefined);
    expect(calls.ended('stat').map(({ code }) => code)).toEqual(['ABORT_ERR', 'ERR_PLOKE_CLOSED']);
  });
});

describe('a call in parts', () => {
  test('a listing that is left half-way ends there, with what was handed out', async () => {
    const { workspace } = await setUp();
    const calls = recordCalls();
    for await (const _ of workspace.listFiles()) break;
    expect(calls.ended('listFiles')).toMatchObject([{ code: 'OK', items: 1 }]);
  });

  test('a listing that fails', async () => {
    const { workspace, at } = await setUp();
    const calls = recordCalls();
    await everything(workspace.listFiles({ under: at('missing') })).catch(() => undefined);
    expect(calls.ended('listFiles')).toMatchObject([{ code: 'ENOENT', items: 0, path: at('missing') }]);
  });

  test('a stream that is cancelled, and one that fails', async () => {
    const { workspace, at } = await setUp();
    const calls = recordCalls();
    const reader = workspace.createReadStream(at('b')).getReader();
    await reader.read();
    await reader.cancel();
    await everything(workspace.createReadStream(at('missing'))).catch(() => undefined);
    expect(calls.ended('createReadStream').map(({ code, bytes }) => [code, bytes])).toEqual([
      ['OK', 6],
      ['ENOENT', 0],
    ]);
  });

  test('a stream that nobody reads is not told of', async () => {
    const { workspace, at } = await setUp();
    const calls = recordCalls();
    await workspace.createReadStream(at('a')).cancel();
    expect(calls.all).toEqual([]);
  });
});

describe('slow operations', () => {
  test('a call that took as long as slowOperationMs is told once, and counted', async () => {
    const { workspace, at } = await setUp({ slowOperationMs: 0 });
    const slow = recordSlow();
    await workspace.readFile(at('a'));
    await workspace.readFile(at('missing')).catch(() => undefined);
    expect(slow).toMatchObject([
      { operation: 'readFile', code: 'OK', bytes: 5 },
      { operation: 'readFile', code: 'ENOENT' },
    ]);
    expect(workspace.metrics().counters['operation.slow']).toBe(2);
  });

  test('a faster one is not', async () => {
    const { workspace, at } = await setUp({ slowOperationMs: 1_000_000 });
    const slow = recordSlow();
    await workspace.readFile(at('a'));
    expect(slow).toEqual([]);
    expect(workspace.metrics().counters).not.toHaveProperty('operation.slow');
  });

  test('a listing of many steps is told once, when it is over', async () => {
    const { workspace, directory } = await setUp({ slowOperationMs: 0 });
    for (let index = 0; index < 1_500; index++) writeFileSync(path.join(directory, `file-${index}`), '');
    const slow = recordSlow();
    await everything(workspace.listFiles());
    expect(slow).toMatchObject([{ operation: 'listFiles', items: 1_502 }]);
  });

  test.each([-1, 0.5, '1'])('slowOperationMs: %j is refused', async (slowOperationMs) => {
    const opening = openWorkspace({ roots: ['/'], slowOperationMs: slowOperationMs as number });
    await expect(opening).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_ARGUMENT' });
  });
});

test('a store that is bound to a channel is what the call runs with', async () => {
  const { workspace, at } = await setUp();
  const store = new AsyncLocalStorage<string>();
  const { start } = tracingChannel<string, OperationTrace>('ploke-io:write');
  start.bindStore(store, ({ operation }) => `of ${operation}`);
  onTestFinished(() => void start.unbindStore(store));
  let seen: string | undefined;
  await workspace.updateFile(at('a'), () => {
    seen = store.getStore();
    return 'new';
  });
  expect([seen, store.getStore()]).toEqual(['of updateFile', undefined]);
});

describe('subscribers come and go', () => {
  test('one that leaves in the middle of a call hears no more of it', async () => {
    const { workspace, at } = await setUp();
    const calls = recordCalls();
    await workspace.updateFile(at('a'), async () => {
      calls.stop();
      await turn();
      return 'new';
    });
    expect(calls.all.map(({ phase }) => phase)).toEqual(['start', 'end']);
    expect((await workspace.readFile(at('a'))).text).toBe('new');
  });

  test('one that comes in the middle of a call hears nothing of it', async () => {
    const { workspace, at } = await setUp();
    let calls: ReturnType<typeof recordCalls> | undefined;
    await workspace.updateFile(at('a'), async () => {
      calls = recordCalls();
      return 'new';
    });
    expect(calls?.all).toEqual([]);
  });

  test('one that throws breaks no call; the process is told as of any uncaught error', async () => {
    const { stdout, stderr, code } = await finished(
      startChild('test/integration/tracing-child.mjs', [temporaryDirectory()]),
    );
    expect([stderr, code]).toEqual(['', 0]);
    expect(JSON.parse(stdout)).toEqual({
      text: 'content',
      uncaught: ['start', 'end', 'asyncStart', 'asyncEnd'].map((phase) => `thrown at ${phase}`),
    });
  });
});

test('a subscriber that freezes what it is told breaks no call, and later calls are told as ever', async () => {
  const { workspace, at } = await setUp();
  const { start } = tracingChannel('ploke-io:write');
  const freeze = (message: unknown) => void Object.freeze(message);
  start.subscribe(freeze);
  onTestFinished(() => void start.unsubscribe(freeze));
  expect((await workspace.writeFile(at('a'), 'frozen')).outcome).toBe('replaced');
  start.unsubscribe(freeze);
  const calls = recordCalls();
  await workspace.writeFile(at('a'), 'thawed');
  expect(calls.ended('writeFile').map(({ code, bytes }) => [code, bytes])).toEqual([['OK', 6]]);
});
