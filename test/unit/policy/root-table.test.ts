import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadAddon } from '../../../src/native/load.js';
import { openRootTable, type RootTable, type RootTableOptions } from '../../../src/policy/root-table.js';
import { openDescriptors } from '../../setup/open-descriptors.js';

const options: RootTableOptions = {
  symlinks: 'deny-cross-root',
  allowHardLinks: true,
  allowMounts: true,
  operation: 'openWorkspace',
};
let arena = '';
let tables: RootTable[] = [];

beforeEach(() => {
  arena = realpathSync(mkdtempSync(join(tmpdir(), 'ploke-io-roots-')));
  mkdirSync(join(arena, 'ws/sub'), { recursive: true });
  mkdirSync(join(arena, 'other'));
  symlinkSync('ws', join(arena, 'link'));
  writeFileSync(join(arena, 'file'), '');
  tables = [];
});
afterEach(async () => {
  for (const table of tables) await table.close();
  rmSync(arena, { recursive: true });
});

async function open(inputs: unknown, more: Partial<RootTableOptions> = {}): Promise<RootTable> {
  const table = await openRootTable(loadAddon(), inputs, { ...options, ...more });
  tables.push(table);
  return table;
}
const at = (...names: readonly string[]): string => join(arena, ...names);

test('opens roots and resolves below them', async () => {
  const table = await open([at('ws'), pathToFileURL(at('other'))]);
  const lease = table.lease();
  expect(table.roots).toEqual([at('ws'), at('other')]);
  expect(lease.rootPaths).toEqual([at('ws'), at('other')]);
  expect(lease.resolve(at('other', 'a'), 'stat')).toMatchObject({ root: 1, relative: 'a' });
  expect(() => lease.resolve(at('file'), 'stat')).toThrow(expect.objectContaining({ code: 'ERR_PLOKE_OUTSIDE_ROOTS' }));
  lease.release();
});

test('keeps the configured spelling, and takes the canonical one too', async () => {
  const lease = (await open([`${at('link')}//`])).lease();
  expect(lease.rootPaths).toEqual([at('link')]);
  expect(lease.resolve(at('ws', 'a'), 'stat')).toMatchObject({ root: 0, relative: 'a', path: at('link', 'a') });
  lease.release();
});

test('absorbs a root beneath another, and names it among the roots', async () => {
  const table = await open([at('ws', 'sub'), at('ws')]);
  const lease = table.lease();
  expect(table.roots).toEqual([at('ws', 'sub'), at('ws')]);
  expect(lease.rootPaths).toEqual([at('ws')]);
  expect(lease.resolve(at('ws', 'sub', 'a'), 'stat')).toMatchObject({ root: 0, relative: 'sub/a' });
  lease.release();
});

describe('refuses', () => {
  test.each<[string, unknown, string]>([
    ['no list', undefined, 'ERR_PLOKE_INVALID_ARGUMENT'],
    ['a path instead of a list', '/', 'ERR_PLOKE_INVALID_ARGUMENT'],
    ['an empty list', [], 'ERR_PLOKE_INVALID_ARGUMENT'],
    ['257 roots', Array.from({ length: 257 }, (_, index) => `/${index}`), 'ERR_PLOKE_INVALID_ARGUMENT'],
    ['a relative root', ['ws'], 'ERR_PLOKE_INVALID_PATH'],
    ['an empty root', [''], 'ERR_PLOKE_INVALID_PATH'],
    ['undefined in the list', [undefined], 'ERR_PLOKE_INVALID_PATH'],
    ['the folder of owner files', ['/ws/.ploke-io'], 'ERR_PLOKE_INVALID_PATH'],
  ])('%s', async (_name, inputs, code) => {
    await expect(open(inputs)).rejects.toMatchObject({ code, operation: 'openWorkspace' });
  });

  test('a missing root, with the code, the call and the path', async () => {
    const error = open([at('ws'), at('missing')], { operation: 'setRoots' });
    await expect(error).rejects.toMatchObject({
      code: 'ENOENT',
      errno: -2,
      path: at('missing'),
      operation: 'setRoots',
    });
    await expect(error).rejects.toHaveProperty('syscall', expect.stringMatching(/^open/));
  });

  test('a root that is a file', async () => {
    await expect(open([at('file')])).rejects.toMatchObject({ code: 'ENOTDIR', path: at('file') });
  });

  test('all roots when one cannot be opened, and leaves no handle open', async () => {
    const before = openDescriptors().size;
    await expect(open([at('ws'), at('other'), at('missing')])).rejects.toMatchObject({ code: 'ENOENT' });
    expect(openDescriptors().size).toBe(before);
  });
});

describe('closing', () => {
  test('waits for every lease, and closes the handles then', async () => {
    const before = openDescriptors().size;
    const table = await open([at('ws'), at('other')]);
    const [first, second] = [table.lease(), table.lease()];
    let closed = false;
    const closing = table.close().then(() => {
      closed = true;
    });
    first.release();
    first.release();
    await new Promise((resolve) => setImmediate(resolve));
    expect([closed, openDescriptors().size - before]).toEqual([false, 2]);
    second.release();
    await closing;
    expect(openDescriptors().size).toBe(before);
  });

  test('is idempotent, and gives no lease any more', async () => {
    const table = await open([at('ws')]);
    await Promise.all([table.close(), table.close()]);
    expect(() => table.lease()).toThrow(expect.objectContaining({ code: 'ERR_PLOKE_INTERNAL' }));
  });
});

describe('a new table beside an old one', () => {
  test('has the directory that lies at the path by now, and the old one keeps its own', async () => {
    const old = await open([at('ws'), at('other')]);
    renameSync(at('ws'), at('moved'));
    mkdirSync(at('ws'));
    writeFileSync(at('ws', 'new'), '');
    const next = await open([at('ws'), at('other')]);
    const names = async (table: RootTable) => {
      const { set, release } = table.lease();
      const roots = new Uint8Array(1);
      const listed = await loadAddon().listBatch({ set, count: 1, paths: '', roots, stamps: false, cancel: null });
      release();
      return listed.names;
    };
    expect([await names(old), await names(next)]).toEqual(['sub', 'new']);
    const [before, after] = [old.lease(), next.lease()];
    expect(before.rootIdentities.map((identity) => after.heldIdentities.has(identity))).toEqual([false, true]);
    before.release();
    after.release();
  });

  test('counts absorbed roots among those that it holds', async () => {
    const inner = (await open([at('ws', 'sub')])).lease();
    const lease = (await open([at('ws'), at('ws', 'sub')])).lease();
    expect(lease.rootIdentities).toHaveLength(1);
    expect(lease.heldIdentities.has(inner.rootIdentities[0] ?? '')).toBe(true);
    inner.release();
    lease.release();
  });

  test('that cannot be opened leaves the old one as it was', async () => {
    const old = await open([at('ws')]);
    const before = openDescriptors().size;
    await expect(open([at('ws'), at('missing')])).rejects.toMatchObject({ code: 'ENOENT' });
    expect(openDescriptors().size).toBe(before);
    const lease = old.lease();
    expect(lease.resolve(at('ws', 'a'), 'stat').relative).toBe('a');
    lease.release();
  });
});
