import { spawn } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { hashContent, openWorkspace, type Workspace, type WorkspaceOptions } from '../../src/index.js';
import { projectRoot } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** What an entry is counted with beside its content. */
const entryBytes = 256;
let directory: string;
const at = (name: string) => path.join(directory, name);

beforeEach(() => {
  directory = temporaryDirectory();
});

async function open(maxBytes: number, options: Partial<WorkspaceOptions> = {}): Promise<Workspace> {
  const workspace = await openWorkspace({ roots: [directory], durability: 'none', cache: { maxBytes }, ...options });
  onTestFinished(() => workspace.close());
  return workspace;
}

/** All versions of a file are of one length, so that no size tells them apart. */
const contentOf = (name: string, version: number) => `${`${name} version ${version}`.padEnd(64)}\n`.repeat(200);

const counters = (workspace: Workspace) => {
  const all = workspace.metrics().counters;
  const of = (name: string) => all[`cache.${name}`] ?? Number.NaN;
  return {
    hits: of('hits'),
    misses: of('misses'),
    stale: of('stale'),
    evictions: of('evictions'),
    bytes: of('bytes'),
    entries: of('entries'),
    read: all['read.files'] ?? 0,
  };
};

/** Reads until the files are old enough to be kept: two seconds after their last change. */
async function kept(workspace: Workspace, names: readonly string[]): Promise<void> {
  for (const name of names) {
    let before: number;
    do {
      before = counters(workspace).hits;
      await workspace.readFile(at(name));
    } while (counters(workspace).hits === before);
  }
}

describe('a content that is kept', () => {
  test('is served as it was read, whatever part of it is wanted, without a read', async () => {
    const text = Array.from({ length: 4_000 }, (_, line) => `line ${line} – of some length\n`).join('');
    writeFileSync(at('text'), text);
    writeFileSync(at('ascii'), 'plain\n'.repeat(30));
    writeFileSync(at('bytes'), Buffer.from([0x61, 0xff, 0x62]));
    writeFileSync(at('empty'), '');
    const names = ['text', 'ascii', 'bytes', 'empty'];
    const plain = await openWorkspace({ roots: [directory] });
    onTestFinished(() => plain.close());
    const workspace = await open(1_000_000);
    for (const name of names) {
      do await workspace.readFile(at(name), { encoding: 'buffer' });
      while (counters(workspace).hits === 0 || counters(workspace).entries < names.indexOf(name) + 1);
    }
    const reads = (of: Workspace) =>
      Promise.all([
        of.readFile(at('text')),
        of.readFile(at('text'), { encoding: 'buffer' }),
        of.readFile(at('text'), { lines: { start: 3, end: 5 } }),
        of.readFile(at('text'), { lines: { last: 2 } }),
        of.readFile(at('text'), { range: { start: 7, end: 12 }, expectedHash: hashContent(text) }),
        of.readFile(at('text'), { maxBytes: 100 }),
        of.readFile(at('ascii')),
        of.readFile(at('bytes'), { encoding: 'buffer' }),
        of.readFile(at('empty')),
        of.readFile(at('bytes')).catch((error: unknown) => (error as { code: string }).code),
        of.readFile(at('ascii'), { expectedHash: hashContent('x') }).catch((error: unknown) => error),
        of.readSnippets([
          { path: at('text'), start: 0, end: 4 },
          { path: at('text'), start: 9, end: 10 },
          { path: at('text'), start: 8, end: 10 },
          { path: at('text'), start: 0, end: 10_000_000 },
          { path: at('ascii'), start: 6, end: 11 },
        ]),
        of.readFiles([{ path: at('text'), id: 'a', lines: { start: 1, end: 1 } }, { path: at('ascii') }]),
      ]);
    const before = counters(workspace);
    const cached = await reads(workspace);
    expect(cached).toEqual(await reads(plain));
    const after = counters(workspace);
    expect(after.read).toBe(before.read);
    expect(after.misses).toBe(before.misses);
    expect(after.hits - before.hits).toBe(15);
    expect(cached[9]).toBe('ERR_PLOKE_NOT_UTF8');
  });

  test('is what it was for whoever has it, after the file changed', async () => {
    writeFileSync(at('a'), 'before\n'.repeat(20_000));
    const workspace = await open(1_000_000);
    await kept(workspace, ['a']);
    const { bytes } = await workspace.readFile(at('a'), { encoding: 'buffer' });
    bytes.fill(0);
    expect((await workspace.readFile(at('a'))).text).toBe('before\n'.repeat(20_000));
  });

  const changes: Readonly<Record<string, (file: string) => void>> = {
    'written in place': (file) => writeFileSync(file, 'NEW'),
    'written to': (file) => appendFileSync(file, 'NEW'),
    replaced: (file) => {
      writeFileSync(`${file}.new`, 'NEW');
      renameSync(`${file}.new`, file);
    },
    'given another name': (file) => linkSync(file, `${file}.other`),
  };
  for (const [how, change] of Object.entries(changes)) {
    test(`is not served after the file was ${how}`, async () => {
      writeFileSync(at('a'), 'old');
      const workspace = await open(1_000_000);
      await kept(workspace, ['a']);
      change(at('a'));
      const before = counters(workspace);
      const present = await openWorkspace({ roots: [directory] });
      expect(await workspace.readFile(at('a'))).toEqual(await present.readFile(at('a')));
      await present.close();
      const after = counters(workspace);
      expect(after).toMatchObject({ hits: before.hits, misses: before.misses + 1, read: before.read + 1 });
      // Of another inode nothing was known.
      expect(after.stale - before.stale).toBe(how === 'replaced' ? 0 : 1);
    });
  }

  test('does not make a path lead where it may not', async () => {
    const outside = temporaryDirectory();
    writeFileSync(path.join(outside, 'a'), 'secret');
    mkdirSync(at('d'));
    writeFileSync(at('d/a'), 'inside');
    const both = await openWorkspace({ roots: [directory, outside], cache: { maxBytes: 1_000_000 } });
    onTestFinished(() => both.close());
    const secret = path.join(outside, 'a');
    do await both.readFile(secret);
    while (counters(both).hits === 0);
    await both.setRoots([directory]);
    rmSync(at('d'), { recursive: true });
    symlinkSync(outside, at('d'));
    await expect(both.readFile(at('d/a'))).rejects.toMatchObject({ code: 'ERR_PLOKE_SYMLINK_ESCAPE' });
    await expect(both.readFile(secret)).rejects.toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS' });
  });

  test('has no place in a scan by content', async () => {
    writeFileSync(at('a'), 'old');
    const workspace = await open(1_000_000);
    await kept(workspace, ['a']);
    const before = counters(workspace);
    await workspace.scanChanges([{ path: at('a'), hash: hashContent('old') }]);
    expect(counters(workspace)).toMatchObject({ hits: before.hits, read: before.read + 1 });
  });
});

describe('the bound', () => {
  test('is never exceeded, and what was not asked for the longest goes first', async () => {
    const content = 'x'.repeat(1_000);
    const names = Array.from({ length: 40 }, (_, index) => `f${index}`);
    for (const name of names) writeFileSync(at(name), content);
    const most = 10 * (content.length + entryBytes);
    // The one that was written last is the youngest: then the others are old enough as well.
    await kept(await open(most), ['f39']);
    const workspace = await open(most);
    await kept(workspace, ['f0']);
    for (const name of names.slice(1)) {
      await workspace.readFile(at(name));
      // Once more for the first, which stays for that.
      await workspace.readFile(at('f0'));
      expect(counters(workspace).bytes).toBeLessThanOrEqual(most);
    }
    const { hits, evictions, entries, bytes } = counters(workspace);
    expect({ evictions, entries, bytes }).toEqual({ evictions: 30, entries: 10, bytes: most });
    for (const name of ['f0', ...names.slice(-9)]) await workspace.readFile(at(name));
    expect(counters(workspace)).toMatchObject({ hits: hits + 10, evictions: 30 });
    await workspace.readFile(at('f1'));
    expect(counters(workspace)).toMatchObject({ hits: hits + 10, evictions: 31 });
  });

  test('leaves out what is larger than all of it, and evicts nothing for that', async () => {
    writeFileSync(at('small'), 'x'.repeat(100));
    writeFileSync(at('fits'), 'x'.repeat(1_000));
    writeFileSync(at('large'), 'x'.repeat(1_001));
    const workspace = await open(1_000 + entryBytes);
    await kept(workspace, ['small']);
    await workspace.readFile(at('large'));
    expect(counters(workspace)).toMatchObject({ entries: 1, evictions: 0, bytes: 100 + entryBytes });
    await kept(workspace, ['fits']);
    expect(counters(workspace)).toMatchObject({ entries: 1, evictions: 1, bytes: 1_000 + entryBytes });
  });

  test('holds while many read at once', async () => {
    const names = Array.from({ length: 600 }, (_, index) => `f${index}`);
    for (const name of names) writeFileSync(at(name), name.repeat(50));
    const most = 30_000;
    const workspace = await open(most);
    await kept(workspace, ['f599']);
    const requests = names.map((name) => ({ path: at(name) }));
    for (let round = 0; round < 5; round++) {
      const reads = Array.from({ length: 4 }, () => workspace.readFiles(requests));
      for (const results of await Promise.all(reads)) {
        for (const [index, result] of results.entries()) {
          expect(result).toMatchObject({ status: 'fulfilled', value: { text: names[index]?.repeat(50) } });
        }
      }
      const { bytes, entries } = counters(workspace);
      expect(bytes).toBeLessThanOrEqual(most);
      expect(entries).toBeGreaterThan(50);
    }
  });
});

describe('what is known to be over is given back', () => {
  test('after writes and removals of the workspace', async () => {
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(at(name), 'old');
    const workspace = await open(1_000_000);
    await kept(workspace, ['a', 'b', 'c', 'd']);
    await workspace.writeFile(at('a'), 'new');
    expect(counters(workspace).entries).toBe(3);
    await workspace.writeFiles([{ path: at('b'), data: 'new' }]);
    expect(counters(workspace).entries).toBe(2);
    await workspace.removeFile(at('c'));
    expect(counters(workspace).entries).toBe(1);
    await workspace.rename(at('a'), at('d'), { ifExists: 'replace' });
    expect(counters(workspace)).toMatchObject({ entries: 0, bytes: 0, evictions: 0 });
  });

  test('after changes of others, where they are watched', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) writeFileSync(at(name), 'old');
    const workspace = await open(1_000_000, { watch: true });
    await kept(workspace, ['a', 'b', 'c', 'd', 'e']);
    appendFileSync(at('a'), 'new');
    unlinkSync(at('b'));
    writeFileSync(at('new'), 'new');
    renameSync(at('new'), at('c'));
    await workspace.flushEvents();
    expect(counters(workspace).entries).toBe(2);
    // Under another name it is the same version, but its inode changed.
    renameSync(at('d'), at('e'));
    await workspace.flushEvents();
    expect(counters(workspace).entries).toBe(1);
  });

  test('with the workspace; its counters stay', async () => {
    writeFileSync(at('a'), 'old');
    const workspace = await open(1_000_000);
    await kept(workspace, ['a']);
    await workspace.close();
    const { hits, entries, bytes } = counters(workspace);
    expect({ hits, entries, bytes }).toEqual({ hits: 1, entries: 0, bytes: 0 });
  });
});

test.skipIf(process.platform !== 'linux')('where times are coarse nothing is kept, and a warning says so', async () => {
  // procfs and sysfs are of no kind whose times are known to be fine.
  const workspace = await open(1_000_000, { roots: ['/proc/sys/kernel', directory] });
  for (let round = 0; round < 3; round++) await workspace.readFile('/proc/sys/kernel/ostype');
  expect(counters(workspace)).toMatchObject({ hits: 0, misses: 0, entries: 0, read: 3 });
  const told = workspace.warnings.filter(({ code }) => code === 'PLOKE_CACHE_COARSE_STAMPS');
  expect(told).toHaveLength(1);
  writeFileSync(at('a'), 'old');
  await kept(workspace, ['a']);
  expect(counters(workspace).entries).toBe(1);
});

test('without the option nothing is kept or counted', async () => {
  writeFileSync(at('a'), 'old');
  for (const cache of [undefined, false] as const) {
    const workspace = await openWorkspace({ roots: [directory], cache });
    await workspace.readFile(at('a'));
    expect(Object.keys(workspace.metrics().counters).filter((name) => name.startsWith('cache.'))).toEqual([]);
    await workspace.close();
  }
});

test.each([
  true,
  null,
  1_000,
  {},
  { maxBytes: 0 },
  { maxBytes: -1 },
  { maxBytes: 1.5 },
  { maxBytes: Infinity },
  { maxBytes: '1' },
  { maxBytes: 1, ttlMs: 5 },
])('%j is refused', async (cache) => {
  const options = { roots: [directory], cache } as unknown as WorkspaceOptions;
  await expect(openWorkspace(options)).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_ARGUMENT' });
});

// Another process changes files in every way there is, with sizes and, where that can be, times as they were, while all of
// them are being read. Whatever it has told of, a read that begins after that must see.
test('no byte is stale beside a writer that changes what is kept', { timeout: 120_000 }, async () => {
  const names = Array.from({ length: 120 }, (_, index) => `f${index}`);
  for (const name of names) writeFileSync(at(name), contentOf(name, 0));
  const workspace = await open(10_000_000);
  const script = path.join(projectRoot, 'test/integration/cache-writer.mjs');
  const writer = spawn(process.execPath, [script, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void writer.kill());
  const lines = createInterface({ input: writer.stdout })[Symbol.asyncIterator]();
  const versions = new Map(names.map((name) => [name, 0]));
  /** Of the change that was asked for last, which is not over yet as long as it is not told. */
  let pending: string | undefined;
  let version = 0;
  const faults: string[] = [];
  let isOver = false;
  const requests = names.map((name) => ({ path: at(name) }));
  const readAll = async () => {
    while (!isOver) {
      const before = new Map(versions);
      const first = version;
      const pendingBefore = pending;
      const results = await workspace.readFiles(requests);
      for (const [index, result] of results.entries()) {
        const name = names[index] ?? '';
        // What was being changed meanwhile may be anything.
        if (name === pendingBefore || (lastAsked.get(name) ?? 0) > first) continue;
        if (result.status === 'rejected') faults.push(`${name}: ${result.reason}`);
        else if (result.value.text !== contentOf(name, before.get(name) ?? -1)) {
          faults.push(`${name}: version ${before.get(name)} read as ${result.value.text.slice(0, 40)}`);
        } else if (result.value.hash !== hashContent(result.value.text)) faults.push(`${name}: ${result.value.hash}`);
      }
    }
  };
  const lastAsked = new Map<string, number>();
  const readers = [readAll(), readAll()];
  for (let round = 0; round < 2; round++) {
    for (const name of names) {
      await kept(workspace, [name]);
      pending = name;
      version += 1;
      lastAsked.set(name, version);
      writer.stdin.write(`${name} ${version}\n`);
      expect((await lines.next()).value).toBe(`${name} ${version}`);
      versions.set(name, version);
      pending = undefined;
      const { text, hash } = await workspace.readFile(at(name));
      expect(text).toBe(contentOf(name, version));
      expect(hash).toBe(hashContent(text));
    }
  }
  isOver = true;
  await Promise.all(readers);
  writer.stdin.end();
  expect(faults).toEqual([]);
  const { stale, hits } = counters(workspace);
  // One of the writer's four ways leaves another inode, of which nothing was known.
  expect(stale).toBeGreaterThanOrEqual((names.length * 2 * 3) / 4);
  expect(hits).toBeGreaterThan(names.length * 2);
});
