import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashContent } from '../../../src/io/content-hash.js';
import { packPaths } from '../../../src/io/path-batch.js';
import { loadAddon } from '../../../src/native/load.js';
import { runShell } from '../../support/child.js';
import { foreignHolder } from '../../support/foreign-lock.js';
import { nativeRootSet } from '../../support/native-root.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const addon = loadAddon();
const dead = 'd'.repeat(32);
const living = 'a'.repeat(32);
const digits = (hash: string, count: number): string => hash.slice('sha256-'.length, 'sha256-'.length + count);
const field = (content: string | null): string =>
  content === null ? '0'.repeat(40) : digits(hashContent(content), 40);

type State = 'w' | 'x' | 'b' | 'n';
interface Leftover {
  readonly owner?: string;
  /** What the write had to replace; null: nothing. */
  readonly old?: string | null;
  readonly fresh?: string | null;
  readonly target?: string;
}

/** As docs/architecture.md tells it. */
function temporaryName(state: State, { owner = dead, old = 'old', fresh = 'new', target = 'file' }: Leftover = {}) {
  const start = `.ploke-io-tmp-${owner}-${randomBytes(16).toString('hex')}-${state}`;
  if (state === 'w' || state === 'n') return start;
  return `${start}-${field(old)}-${field(fresh)}-${digits(hashContent(target), 16)}`;
}

async function setUp() {
  const directory = temporaryDirectory();
  const at = (...names: readonly string[]): string => path.join(directory, ...names);
  mkdirSync(at('below'));
  const set = await nativeRootSet(addon, [directory]);
  return {
    directory,
    at,
    set,
    /** Puts a file beneath `below`, and gives its name. */
    leave(name: string, content: string): string {
      writeFileSync(at('below', name), content);
      return name;
    },
    names: () => readdirSync(at('below')).sort(),
    read: (name: string) => readFileSync(at('below', name), 'utf8'),
    async sweep() {
      const result = await addon.sweepDirectories(packPaths(set, [{ root: 0, relative: 'below' }]));
      expect([...result.status]).toEqual([0]);
      return { removed: result.removed[0], recovered: result.recovered.map(({ name }) => name) };
    },
    async sweepRoot() {
      const result = await addon.sweepRoots(packPaths(set, [{ root: 0, relative: '' }]));
      expect([...result.status]).toEqual([0]);
      return { removed: result.removed[0], recovered: result.recovered.map(({ name }) => name) };
    },
  };
}

const recoveredFrom = (name: string) => expect.stringMatching(new RegExp(`^${name}ploke-io-recovered-[0-9a-f]{8}$`));

test('what was never swapped in is removed, whatever is in it', async () => {
  const { leave, names, sweep } = await setUp();
  for (const content of ['', 'half of it', 'old', 'new']) leave(temporaryName('w'), content);
  leave('file', 'old');
  expect(await sweep()).toEqual({ removed: 4, recovered: [] });
  expect(names()).toEqual(['file']);
});

test('what was swapped is removed where it is the old or the new version', async () => {
  const { leave, names, sweep, read } = await setUp();
  leave('file', 'new');
  leave(temporaryName('x'), 'old');
  leave(temporaryName('x'), 'new');
  // Of a removal: there is to be no new version.
  leave(temporaryName('x', { fresh: null }), 'old');
  expect(await sweep()).toEqual({ removed: 3, recovered: [] });
  expect(names()).toEqual(['file']);
  expect(read('file')).toBe('new');
});

test('what was swapped and is neither version is somebody else’s: it is kept beside its target', async () => {
  const { leave, names, sweep, read } = await setUp();
  leave('file', 'new');
  const foreign = ['theirs', '', 'old and more', 'ne'];
  for (const content of foreign) leave(temporaryName('x'), content);
  const { removed, recovered } = await sweep();
  expect(removed).toBe(0);
  expect(recovered).toEqual(foreign.map(() => recoveredFrom('file\\.')));
  expect(recovered.map(read).sort()).toEqual([...foreign].sort());
  expect(names()).toEqual(['file', ...recovered].sort());
  expect(read('file')).toBe('new');
  // The next sweep has nothing to do with them.
  expect(await sweep()).toEqual({ removed: 0, recovered: [] });
  expect(names()).toHaveLength(1 + foreign.length);
});

test('without its target a foreign version is kept under a name of its own', async () => {
  const { leave, names, sweep, read } = await setUp();
  leave('other', 'new');
  leave(temporaryName('x'), 'theirs');
  const { removed, recovered } = await sweep();
  expect(removed).toBe(0);
  expect(recovered).toEqual([recoveredFrom('')]);
  expect(recovered.map(read)).toEqual(['theirs']);
  expect(names()).toEqual(['other', ...recovered].sort());
});

test('a directory or a link that was swapped out is kept, and nothing in it is touched', async () => {
  const { at, leave, names, sweep, read } = await setUp();
  leave('file', 'new');
  leave('elsewhere', 'old');
  const folder = temporaryName('x');
  mkdirSync(at('below', folder));
  writeFileSync(at('below', folder, 'inside'), 'theirs');
  const first = await sweep();
  expect(first).toEqual({ removed: 0, recovered: [recoveredFrom('file\\.')] });
  expect(read(path.join(first.recovered[0] ?? '', 'inside'))).toBe('theirs');
  // The content behind the link is the old version, but the link is theirs.
  symlinkSync('elsewhere', at('below', temporaryName('x')));
  const second = await sweep();
  expect(second).toEqual({ removed: 0, recovered: [recoveredFrom('file\\.')] });
  expect(names()).toEqual(['elsewhere', 'file', ...first.recovered, ...second.recovered].sort());
});

test('a backup is removed only where its target is one version whole', async () => {
  for (const content of ['old', 'new']) {
    const { leave, names, sweep } = await setUp();
    leave('file', content);
    leave(temporaryName('b'), 'old');
    expect(await sweep()).toEqual({ removed: 1, recovered: [] });
    expect(names()).toEqual(['file']);
  }
  for (const content of ['neld', '', 'theirs']) {
    const { leave, names, sweep, read } = await setUp();
    leave('file', content);
    leave(temporaryName('b'), 'old');
    const { removed, recovered } = await sweep();
    expect([removed, recovered]).toEqual([0, [recoveredFrom('file\\.')]]);
    expect(recovered.map(read)).toEqual(['old']);
    expect(read('file')).toBe(content);
    expect(names()).toEqual(['file', ...recovered].sort());
  }
});

test('a backup whose target has gone, or is no file, is kept', async () => {
  const { at, leave, sweep, read } = await setUp();
  leave(temporaryName('b'), 'old');
  const first = await sweep();
  expect(first).toEqual({ removed: 0, recovered: [recoveredFrom('')] });
  expect(first.recovered.map(read)).toEqual(['old']);
  leave('elsewhere', 'new');
  symlinkSync('elsewhere', at('below', 'file'));
  leave(temporaryName('b'), 'old');
  const second = await sweep();
  expect(second).toEqual({ removed: 0, recovered: [recoveredFrom('file\\.')] });
  expect(second.recovered.map(read)).toEqual(['old']);
});

test('where locks prove nothing (state n) a temporary file stays', async () => {
  const { leave, names, sweep } = await setUp();
  const all = [temporaryName('n'), temporaryName('n', { owner: living })];
  for (const name of all) leave(name, 'half');
  expect(await sweep()).toEqual({ removed: 0, recovered: [] });
  expect(names()).toEqual([...all].sort());
});

test('names that are not quite ours stay', async () => {
  const { leave, names, sweep } = await setUp();
  const [w, x] = [temporaryName('w'), temporaryName('x')];
  const all = [
    `${w}-`,
    `${w.slice(0, -1)}v`,
    w.slice(0, -2),
    `x${w}`,
    x.slice(0, -1),
    `${x}0`,
    `${x.slice(0, -1)}g`,
    w.replaceAll('d', 'D'),
    temporaryName('w').replace('-w', `-w-${field('old')}-${field('new')}-${'0'.repeat(16)}`),
    temporaryName('n').replace(/n$/, 'x'),
    temporaryName('n').replace(/n$/, 'b'),
  ];
  for (const name of all) leave(name, 'kept');
  expect(await sweep()).toEqual({ removed: 0, recovered: [] });
  expect(names()).toEqual([...all].sort());
});

test('nothing of a living owner is touched, in this process or another, until it has gone', async () => {
  const { at, set, leave, names, sweep } = await setUp();
  const opened = await addon.openOwner(set, 0, living);
  if (!opened.owner) throw new Error('no owner file');
  const foreign = 'b'.repeat(32);
  writeFileSync(at('.ploke-io', `owner-${foreign}`), '');
  const holder = await foreignHolder(at('.ploke-io', `owner-${foreign}`));
  leave('file', 'new');
  const all = [living, foreign].flatMap((owner) =>
    (['w', 'x', 'b', 'n'] as const).map((state) => leave(temporaryName(state, { owner }), 'theirs')),
  );
  expect(await sweep()).toEqual({ removed: 0, recovered: [] });
  expect(names()).toEqual(['file', ...all].sort());

  // A crash leaves the file, without its lock.
  holder.kill();
  await holder.release();
  const afterCrash = await sweep();
  expect(afterCrash).toEqual({ removed: 2, recovered: [recoveredFrom('file\\.')] });
  // closeOwner takes it away.
  await addon.closeOwner(opened.owner);
  const afterClose = await sweep();
  expect(afterClose).toEqual({ removed: 2, recovered: [recoveredFrom('file\\.')] });
  const kept = all.filter((name) => name.endsWith('-n'));
  expect(names()).toEqual(['file', ...kept, ...afterCrash.recovered, ...afterClose.recovered].sort());
});

test('of a dead owner, what somebody has locked stays until he gives it up', async () => {
  const { at, leave, names, sweep } = await setUp();
  const written = leave(temporaryName('w'), 'half');
  const swapped = leave(temporaryName('x'), 'theirs');
  const holders = [await foreignHolder(at('below', written)), await foreignHolder(at('below', swapped), '-s')];
  expect(await sweep()).toEqual({ removed: 0, recovered: [] });
  expect(names()).toEqual([written, swapped].sort());
  for (const holder of holders) await holder.release();
  expect(await sweep()).toEqual({ removed: 1, recovered: [recoveredFrom('')] });
});

test('an owner of whom nothing can be known is not taken for dead', async () => {
  // Somebody has put something else in the folder's place, or in that of the owner's file.
  const places: readonly ((at: (...names: string[]) => string) => unknown)[] = [
    (at) => writeFileSync(at('.ploke-io'), ''),
    (at) => symlinkSync('below', at('.ploke-io')),
    (at) => symlinkSync('nowhere', at('.ploke-io')),
    (at) => mkdirSync(at('.ploke-io', `owner-${dead}`), { recursive: true }),
    (at) => {
      mkdirSync(at('.ploke-io'));
      writeFileSync(at('free'), '');
      symlinkSync('../free', at('.ploke-io', `owner-${dead}`));
    },
    (at) => {
      mkdirSync(at('.ploke-io'));
      return runShell(`mkfifo '${at('.ploke-io', `owner-${dead}`)}'`);
    },
  ];
  for (const [index, put] of places.entries()) {
    const { at, leave, names, sweep, sweepRoot } = await setUp();
    await put(at);
    const all = [leave(temporaryName('w'), 'half'), leave(temporaryName('x'), 'theirs')];
    expect([index, await sweep()]).toEqual([index, { removed: 0, recovered: [] }]);
    await sweepRoot();
    expect([index, names()]).toEqual([index, [...all].sort()]);
    rmSync(at('.ploke-io'), { recursive: true });
    // Without the folder nobody is alive.
    expect([index, (await sweep()).removed]).toEqual([index, 1]);
  }
});

test('a sweep of a root removes the files of dead owners with their records, and what is in the root itself', async () => {
  const { directory, at, set, leave, names, sweepRoot } = await setUp();
  const opened = await addon.openOwner(set, 0, living);
  const { owner } = opened;
  if (!owner) throw new Error('no owner file');
  expect(await addon.writeLockRecord(owner, `lock-${living}-1`, '{}')).toBe(0);
  writeFileSync(at('.ploke-io', `owner-${dead}`), '');
  writeFileSync(at('.ploke-io', `lock-${dead}-1`), '{}');
  writeFileSync(at('.ploke-io', 'owner-short'), '');
  writeFileSync(at('.ploke-io', `owner-${'e'.repeat(32)}-not-local`), '');
  writeFileSync(at(temporaryName('w')), 'half');
  writeFileSync(at(temporaryName('x')), 'theirs');
  const inUse = temporaryName('w', { owner: living });
  writeFileSync(at(inUse), 'half');
  leave(temporaryName('w'), 'half');

  const { removed, recovered } = await sweepRoot();
  expect([removed, recovered]).toEqual([1, [recoveredFrom('')]]);
  expect(readdirSync(directory).sort()).toEqual(['.ploke-io', inUse, 'below', ...recovered].sort());
  expect(readdirSync(at('.ploke-io')).sort()).toEqual(
    ['.gitignore', `lock-${living}-1`, `owner-${living}`, 'owner-short', `owner-${'e'.repeat(32)}-not-local`].sort(),
  );
  // Directories below are settled when they are first written to.
  expect(names()).toHaveLength(1);
  await addon.closeOwner(owner);
  expect(existsSync(at('.ploke-io', `owner-${living}`))).toBe(false);
});

test('the folder of owners goes with the last dead one', async () => {
  const { at, sweepRoot } = await setUp();
  mkdirSync(at('.ploke-io'));
  writeFileSync(at('.ploke-io', `owner-${dead}`), '');
  writeFileSync(at('.ploke-io', `lock-${dead}-a`), '{}');
  await sweepRoot();
  expect(existsSync(at('.ploke-io'))).toBe(false);
});

test('a recovered file never takes a name that is there, and fits the longest one', async () => {
  const { leave, sweep, names, read } = await setUp();
  const target = 'é'.repeat(127);
  leave(target, 'new');
  leave(temporaryName('x', { target }), 'theirs');
  const { recovered } = await sweep();
  expect(recovered).toHaveLength(1);
  const [name = ''] = recovered;
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
  expect(name).toMatch(/^é+\.ploke-io-recovered-[0-9a-f]{8}$/);
  expect(read(name)).toBe('theirs');
  expect(names()).toHaveLength(2);
});

test('a batch answers for each directory, and those that are missing fail alone', async () => {
  const { at, set, leave } = await setUp();
  mkdirSync(at('third'));
  leave(temporaryName('w'), 'half');
  writeFileSync(at('third', temporaryName('x')), 'theirs');
  const cancel = new Int32Array(1);
  const paths = ['below', 'missing', 'third'].map((relative) => ({ root: 0, relative }));
  const { status, removed, recovered } = await addon.sweepDirectories(packPaths(set, paths, cancel));
  expect([...status].map((code) => code === 0)).toEqual([true, false, true]);
  expect([...removed]).toEqual([1, 0, 0]);
  expect(recovered).toEqual([{ index: 2, name: recoveredFrom('') }]);
  leave(temporaryName('w'), 'half');
  cancel[0] = 1;
  const cancelled = await addon.sweepDirectories(packPaths(set, paths, cancel));
  expect([...cancelled.removed]).toEqual([0, 0, 0]);
  expect(readdirSync(at('below'))).toHaveLength(1);
});
