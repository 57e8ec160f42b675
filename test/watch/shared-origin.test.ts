import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { getAttribute, setAttribute } from '../support/attributes.mjs';
import { finished, startChild } from '../support/child.js';
import { attributeOf, type Call, forge, otherProcess, otherScript } from '../support/other-process.js';
import { inWords, watched } from '../support/watched.js';

type At = (name: string) => string;

const share = { shareOrigin: true };
const file = (at: At) => writeFileSync(at('a'), 'old\n');

const writes: readonly {
  readonly name: string;
  readonly calls: (at: At) => readonly Call[];
  readonly told: string[];
}[] = [
  { name: 'writeFile', calls: (at) => [['writeFile', at('a'), 'new']], told: ['update a (other)'] },
  {
    name: 'writeFile with an origin of its own',
    calls: (at) => [['writeFile', at('a'), 'new', { origin: 'agent 7 ✓' }]],
    told: ['update a (agent 7 ✓)'],
  },
  {
    name: 'writeSnippets',
    calls: (at) => [['writeSnippets', [{ path: at('a'), find: 'old', replacement: 'new' }]]],
    told: ['update a (other)'],
  },
  {
    name: 'applyPatches',
    calls: (at) => [['applyPatches', [{ path: at('a'), diff: '--- a/a\n+++ b/a\n@@ -1 +1 @@\n-old\n+new\n' }]]],
    told: ['update a (other)'],
  },
  { name: 'updateFile', calls: (at) => [['updateFile', at('a'), 'more']], told: ['update a (other)'] },
  {
    name: 'createFile',
    calls: (at) => [['createFile', at('d/b'), 'new', { parents: true }]],
    // What carries no content carries no origin.
    told: ['create d/', 'create d/b (other)'],
  },
  {
    name: 'createFiles',
    calls: (at) => [['createFiles', ['b', 'c'].map((name) => ({ path: at(name), data: name }))]],
    told: ['create b (other)', 'create c (other)'],
  },
  { name: 'rename', calls: (at) => [['rename', at('a'), at('b')]], told: ['rename a → b'] },
  { name: 'removeFile', calls: (at) => [['removeFile', at('a')]], told: ['remove a'] },
];

describe.each(['native', 'polling', 'chokidar'] as const)('with the backend %s', (backend) => {
  test.each(writes)('$name of another process is told with the origin it shares', async ({ calls, told }) => {
    const { at, directory, ...rest } = await watched({ backend }, share, file);
    otherProcess(calls(at), { roots: [directory] });
    expect((await rest.told()).sort()).toEqual(told);
    expect(await rest.told()).toEqual([]);
  });
});

test('a write in place is told with its origin, and so is one that does not keep metadata', async () => {
  const { at, directory, told } = await watched({}, share, (at) => {
    file(at);
    writeFileSync(at('b'), 'old\n');
    linkSync(at('a'), at('other name'));
  });
  const [inPlace] = otherProcess([['writeFile', at('a'), 'new']], { roots: [directory], inPlace: 'when-required' });
  expect(inPlace).toMatchObject({ receipt: { atomic: false }, warnings: [] });
  expect(await told()).toEqual(['update a (other)']);
  otherProcess([['writeFile', at('b'), 'new']], { roots: [directory], metadata: 'default' });
  expect(await told()).toEqual(['update b (other)']);
});

test.each([
  ['the writer', false, true],
  ['the watcher', true, false],
])('without the option on %s the origin is null', async (_, onWriter, onWatcher) => {
  const { at, directory, told } = await watched({}, { shareOrigin: onWatcher }, file);
  otherProcess([['writeFile', at('a'), 'new']], { roots: [directory], shareOrigin: onWriter });
  expect(await told()).toEqual(['update a']);
  expect(attributeOf(at('a')) !== undefined).toBe(onWriter);
});

test('the attribute speaks of the inode, the size and the time of modification', async () => {
  const { at, directory } = await watched({}, {}, file);
  otherProcess([['writeFile', at('a'), 'new']], { roots: [directory], durability: 'strict' });
  const { ino, mtimeNs } = statSync(at('a'), { bigint: true });
  expect(attributeOf(at('a'))).toBe(`1 ${ino} 3 ${mtimeNs} other`);
});

test('the origin is there before anybody can see the new version', async () => {
  const { at, directory, told } = await watched({}, share, file);
  const names = ['a', 'b', 'c', 'd'].map(at);
  const calls = Array.from({ length: 400 }, (_, round) => [
    'writeFile',
    names[round % 4],
    `${round}`,
    { ifMissing: 'create' },
  ]);
  // Looks run as it writes.
  const child = startChild('test/watch/shared-origin-child.mjs', [
    JSON.stringify({ options: { roots: [directory] }, calls }),
  ]);
  expect(await finished(child)).toMatchObject({ code: 0, stderr: '' });
  const events = await told();
  expect(events.length).toBeGreaterThanOrEqual(4);
  expect(events.filter((event) => !event.endsWith(' (other)'))).toEqual([]);
});

test('a worker thread counts as another process', async () => {
  const { at, directory, told } = await watched({}, share, file);
  const calls = [['writeFile', at('a'), 'new']];
  const worker = new Worker(otherScript, { workerData: JSON.stringify({ options: { roots: [directory] }, calls }) });
  const exited = once(worker, 'exit');
  await once(worker, 'message');
  await exited;
  expect(await told()).toEqual(['update a (other)']);
});

test('a subscriber ignores origins of other processes, and echo is about own changes', async () => {
  const { at, directory, workspace, told } = await watched({ echo: 'suppress' }, share, file);
  const seen: string[] = [];
  void (async () => {
    for await (const event of workspace.events({ ignoreOrigin: 'other' })) seen.push(inWords(directory, event));
  })();
  otherProcess([['writeFile', at('a'), 'new']], { roots: [directory] });
  expect(await told()).toEqual(['update a (other)']);
  await workspace.writeFile(at('a'), 'mine');
  writeFileSync(at('b'), 'foreign');
  expect(await told()).toEqual(['create b']);
  expect(seen).toEqual(['create b']);
});

test('own writes are told as ever, and what others do to them afterwards is not taken for own', async () => {
  const { at, workspace, told } = await watched({}, share, file);
  await workspace.writeFile(at('a'), 'mine');
  expect(attributeOf(at('a'))).toMatch(/ me$/);
  expect(await told()).toEqual(['update a (me)']);
  chmodSync(at('a'), 0o600);
  expect(await told()).toEqual(['update a']);
  appendFileSync(at('a'), 'foreign');
  expect(await told()).toEqual(['update a']);
});

describe('of what somebody else does to a file whose origin is known', () => {
  const cases: readonly [string, (at: At) => void, string[]][] = [
    ['an append', (at) => appendFileSync(at('a'), 'foreign'), ['update a']],
    ['other content of the same size', (at) => writeFileSync(at('a'), 'wen'), ['update a']],
    ['a chmod', (at) => chmodSync(at('a'), 0o600), ['update a']],
    ['a touch', (at) => utimesSync(at('a'), 1, 1), ['update a']],
    ['a rename', (at) => renameSync(at('a'), at('b')), ['rename a → b']],
    ['a copy with all attributes', (at) => execFileSync('cp', ['-a', at('a'), at('b')]), ['create b']],
    ['a copy over another file', (at) => execFileSync('cp', ['-a', at('a'), at('c')]), ['update c']],
  ];

  test.each(cases)('%s is told without it', async (_, act, expected) => {
    const { at, directory, told } = await watched({}, share, (at) => {
      file(at);
      writeFileSync(at('c'), 'old');
    });
    otherProcess([['writeFile', at('a'), 'new']], { roots: [directory] });
    expect(await told()).toEqual(['update a (other)']);
    act(at);
    expect(await told()).toEqual(expected);
  });

  test('another name, and one that it gets from elsewhere, is told with it: that says who wrote the version', async () => {
    const { at, directory, told } = await watched({}, share, (at) => {
      file(at);
      mkdirSync(at('node_modules'));
    });
    const calls: Call[] = [
      ['writeFile', at('a'), 'new'],
      ['createFile', at('node_modules/c'), 'new'],
    ];
    otherProcess(calls, { roots: [directory] });
    expect(await told()).toEqual(['update a (other)']);
    linkSync(at('a'), at('b'));
    renameSync(at('node_modules/c'), at('c'));
    expect(await told()).toEqual(['create b (other)', 'create c (other)']);
  });

  test('an append before anybody looked is told without it', async () => {
    const { at, directory, told } = await watched({}, share, file);
    otherProcess([['writeFile', at('a'), 'new']], { roots: [directory] });
    appendFileSync(at('a'), 'foreign');
    expect(await told()).toEqual(['update a']);
  });

  test('the copies did carry the attribute', async () => {
    const { at, directory } = await watched({}, {}, file);
    otherProcess([['writeFile', at('a'), 'new']], { roots: [directory] });
    execFileSync('cp', ['-a', at('a'), at('b')]);
    expect(attributeOf(at('b'))).toBe(attributeOf(at('a')));
  });
});

describe('an attribute that somebody else has made', () => {
  const origin = (value: string | Uint8Array) => [value] as const;
  test.each([
    ['nothing', ...origin('')],
    ['no fields', ...origin('garbage')],
    ['another format', ...origin('2 $version other')],
    ['another version', ...origin('1 1 2 3 other')],
    ['too few fields', ...origin('1 $version')],
    ['an empty origin', ...origin('1 $version ')],
    ['an origin with NUL', ...origin('1 $version oth\0er')],
    ['a longer origin than there are', ...origin(`1 $version ${'x'.repeat(1_001)}`)],
    ['more bytes than any origin has', ...origin(`1 $version ${'✓'.repeat(1_300)}`)],
    ['bytes that are no text', ...origin(new Uint8Array([0x31, 0x20, 0xff, 0xfe]))],
  ])('with %s is told as null', async (_, value) => {
    const { at, told } = await watched({}, share);
    forge(at('a'), value);
    expect(await told()).toEqual(['create a']);
  });

  test('and is no UTF-8 behind the right version is told as null', async () => {
    const { at, told } = await watched({}, share);
    forge(at('a'), 'x');
    const { ino, size, mtimeNs } = statSync(at('a'), { bigint: true });
    const value = Buffer.concat([Buffer.from(`1 ${ino} ${size} ${mtimeNs} a`), Buffer.of(0xff)]);
    setAttribute(at('a'), 'user.ploke-io.origin', value);
    expect(await told()).toEqual(['create a']);
  });

  // It is a hint, no proof.
  test.each([
    ['a word', 'other'],
    ['as long as may be', 'x'.repeat(1_000)],
    ['as many bytes as may be', '✓'.repeat(1_000)],
  ])('and is right is believed: %s', async (_, name) => {
    const { at, told } = await watched({}, share);
    forge(at('a'), `1 $version ${name}`);
    expect(await told()).toEqual([`create a (${name})`]);
  });
});

test('a version that is written without the option carries no origin on', async () => {
  const { at, directory } = await watched({}, {}, (at) => {
    file(at);
    writeFileSync(at('b'), 'old\n');
    linkSync(at('b'), at('other name'));
  });
  const options = { roots: [directory], inPlace: 'when-required' } as const;
  const calls = ['a', 'b'].map((name): Call => ['writeFile', at(name), 'new']);
  otherProcess(calls, options);
  setAttribute(at('a'), 'user.note', 'kept');
  expect(attributeOf(at('a'))).toMatch(/ other$/);
  expect(attributeOf(at('b'))).toMatch(/ other$/);
  const results = otherProcess(calls, { ...options, shareOrigin: false });
  expect(results).toMatchObject([{ receipt: { metadata: 'preserved' } }, { receipt: { metadata: 'preserved' } }]);
  expect(attributeOf(at('a'))).toBeUndefined();
  expect(attributeOf(at('b'))).toBeUndefined();
  expect(getAttribute(at('a'), 'user.note')?.toString()).toBe('kept');
});

test('a file that nobody may write into is written with its origin', async () => {
  const { at, directory, told } = await watched({}, share, (at) => {
    file(at);
    chmodSync(at('a'), 0o444);
  });
  // Root may write whatever a mode forbids; without these rights it is an owner like any other.
  const rights = '-dac_override,-dac_read_search';
  const owner = process.getuid?.() === 0 ? ['setpriv', '--bounding-set', rights, '--inh-caps', rights] : [];
  const calls: Call[] = [
    ['writeFile', at('a'), 'new'],
    ['createFile', at('b'), 'new', { mode: 0o400 }],
  ];
  const results = otherProcess(calls, { roots: [directory] }, owner);
  expect(results.map(({ warnings }) => warnings)).toEqual([[], []]);
  expect(statSync(at('a')).mode & 0o777).toBe(0o444);
  expect((await told()).sort()).toEqual(['create b (other)', 'update a (other)']);
});

describe.skipIf(process.getuid?.() !== 0)('as root', () => {
  test('on a file system without attributes the write succeeds, and says that its origin is not shared', async () => {
    const { at, directory, workspace, told } = await watched({}, share, (at) => {
      const folder = at('');
      // It keeps no attributes of users.
      execFileSync('mount', ['-t', 'ramfs', 'ramfs', folder]);
      onTestFinished(() => {
        execFileSync('umount', ['-l', folder]);
      });
      file(at);
      writeFileSync(at('b'), 'old\n');
      linkSync(at('b'), at('other name'));
    });
    const calls: Call[] = [
      ['writeFile', at('a'), 'new'],
      ['createFile', at('c'), 'new'],
      ['writeFile', at('b'), 'new'],
    ];
    const results = otherProcess(calls, { roots: [directory], inPlace: 'when-required' });
    const warning = (name: string) => ({ code: 'PLOKE_ORIGIN_NOT_SHARED', path: at(name) });
    expect(results).toMatchObject([
      { receipt: { metadata: 'preserved' }, warnings: [warning('a')] },
      { receipt: { metadata: 'default' }, warnings: [warning('c')] },
      { receipt: { metadata: 'preserved', atomic: false }, warnings: [warning('b')] },
    ]);
    expect(['a', 'b', 'c'].map((name) => readFileSync(at(name), 'utf8'))).toEqual(['new', 'new', 'new']);
    expect((await told()).sort()).toEqual(['create c', 'update a', 'update b']);
    // Own ones are told with it.
    expect((await workspace.writeFile(at('a'), 'mine')).warnings).toMatchObject([warning('a')]);
    expect(await told()).toEqual(['update a (me)']);
  });
});
