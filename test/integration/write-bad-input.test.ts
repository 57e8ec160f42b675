import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace, PlokeIoError } from '../../src/index.js';
import type { Workspace } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp() {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'old');
  const workspace = await openWorkspace({ roots: [directory] });
  onTestFinished(() => workspace.close());
  return { directory, file, workspace };
}

/** What a JavaScript caller may do that the types forbid. */
type Untyped = { readonly [K in keyof Workspace]: (...args: unknown[]) => Promise<unknown> };
const untyped = (workspace: Workspace) => workspace as unknown as Untyped;

async function refusal(call: Promise<unknown>): Promise<PlokeIoError> {
  const error = await call.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(PlokeIoError);
  return error as PlokeIoError;
}

const badPaths = [
  undefined,
  null,
  7,
  {},
  [],
  '',
  'relative',
  './x',
  '/a\0b',
  '/\uD800',
  Symbol('x'),
  new URL('https://x/y'),
];
const badData = [undefined, null, 7, {}, [104], '\uDC00', new Uint16Array(2), new ArrayBuffer(2), new Date()];
const badOptions = [null, 7, 'strict', [], { durabilty: 'none' }, { lock: undefined, cache: true }];

test('a path of any wrong kind is refused by every mutation, and the message says what came', async () => {
  const { directory, file, workspace } = await setUp();
  const api = untyped(workspace);
  for (const bad of badPaths) {
    for (const call of [
      () => api.writeFile(bad, 'x'),
      () => api.updateFile(bad, () => 'x'),
      () => api.createFile(bad, 'x'),
      () => api.removeFile(bad),
      () => api.rename(bad, `${file}2`),
      () => api.rename(file, bad),
      () => api.createDirectory(bad),
      () => api.removeDirectory(bad),
    ]) {
      const { code, message } = await refusal(call());
      expect(code).toBe('ERR_PLOKE_INVALID_PATH');
      expect(message.length).toBeGreaterThan(30);
    }
    for (const results of [
      await workspace.writeFiles([{ path: bad as string, data: 'x' }]),
      await workspace.createFiles([{ path: bad as string, data: 'x' }]),
      await workspace.writeSnippets([{ path: bad as string, find: 'x', replacement: 'x' }]),
    ]) {
      expect(results).toMatchObject([{ status: 'rejected', reason: { code: 'ERR_PLOKE_INVALID_PATH' } }]);
    }
  }
  expect(readdirSync(directory)).toEqual(['file']);
  const long = await refusal(workspace.writeFile(`${directory}/${'x'.repeat(100_000)}`, 'x'));
  expect(long.code).toBe('ENAMETOOLONG');
  expect(long.message.length).toBeLessThan(500);
});

test('data of any wrong kind is refused', async () => {
  const { file, workspace } = await setUp();
  for (const bad of badData) {
    for (const call of [untyped(workspace).writeFile(file, bad), untyped(workspace).createFile(`${file}2`, bad)]) {
      const { code, message } = await refusal(call);
      expect(code).toBe('ERR_PLOKE_INVALID_ARGUMENT');
      expect(message).toMatch(/^data is /);
    }
    const [result] = await workspace.writeFiles([{ path: file, data: bad as string }]);
    expect(result).toMatchObject({ reason: { message: expect.stringMatching(/^writes\[0\]\.data is /) } });
  }
  const shared = new Uint8Array(new SharedArrayBuffer(2));
  expect((await refusal(workspace.writeFile(file, shared))).code).toBe('ERR_PLOKE_INVALID_ARGUMENT');
  const detached = new Uint8Array(2);
  structuredClone(detached, { transfer: [detached.buffer] });
  expect((await refusal(workspace.writeFile(file, detached))).code).toBe('ERR_PLOKE_INVALID_ARGUMENT');
  expect(readFileSync(file, 'utf8')).toBe('old');
});

test('options of any wrong kind, and unknown ones, are refused by every mutation', async () => {
  const { file, workspace } = await setUp();
  const api = untyped(workspace);
  for (const bad of badOptions) {
    for (const call of [
      () => api.writeFile(file, 'x', bad),
      () => api.writeFiles([], bad),
      () => api.writeSnippets([], bad),
      () => api.updateFile(file, () => 'x', bad),
      () => api.createFile(`${file}2`, 'x', bad),
      () => api.createFiles([], bad),
      () => api.removeFile(file, bad),
      () => api.rename(file, `${file}2`, bad),
      () => api.createDirectory(`${file}2`, bad),
      () => api.removeDirectory(`${file}2`, bad),
    ]) {
      expect((await refusal(call())).code).toBe('ERR_PLOKE_INVALID_ARGUMENT');
    }
  }
  const misspelt = await refusal(api.writeFile(file, 'x', { durabilty: 'none' }));
  expect(misspelt.message).toContain('Did you mean "durability"?');
  expect(readFileSync(file, 'utf8')).toBe('old');
});

test('values of known options are checked, and the message names the option', async () => {
  const { file, workspace } = await setUp();
  const api = untyped(workspace);
  const created = { ifMissing: 'create' };
  for (const [member, options] of [
    ['durability', { durability: 'very' }],
    ['origin', { origin: '' }],
    ['signal', { signal: {} }],
    ['expectedHash', { expectedHash: 'sha256-x' }],
    ['expectedHash', { expectedHash: 'SHA256-'.padEnd(71, '0') }],
    ['ifMissing', { ifMissing: 'make' }],
    ['ifMissing', { expectedHash: null, ifMissing: 'error' }],
    ['parents', { parents: true }],
    ['mode', { mode: 0o600 }],
    ['parents', { ...created, parents: 1 }],
    ['mode', { ...created, mode: '600' }],
    ['mode', { ...created, mode: -1 }],
    ['mode', { ...created, mode: 0o10000 }],
    ['mode', { ...created, mode: 1.5 }],
  ] as const) {
    const { code, message } = await refusal(api.writeFile(file, 'x', options));
    expect(code).toBe('ERR_PLOKE_INVALID_ARGUMENT');
    expect(message).toContain(member);
  }
  for (const maxAttempts of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3']) {
    const { message } = await refusal(api.updateFile(file, () => 'x', { maxAttempts }));
    expect(message).toContain('maxAttempts');
  }
  expect((await refusal(api.updateFile(file, 'x'))).message).toContain('update');
  for (const bad of [undefined, null, 'x', {}, 7]) {
    for (const call of [api.writeFiles(bad), api.createFiles(bad), api.writeSnippets(bad)]) {
      expect((await refusal(call)).message).toContain('Pass an array');
    }
  }
});

test('numbers of edits are checked', async () => {
  const { file, workspace } = await setUp();
  const { hash } = await workspace.readFile(file);
  for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 2 ** 53]) {
    for (const range of [
      { start: bad, end: 1 },
      { start: 0, end: bad },
    ]) {
      const edit = { path: file, replacement: '', expectedHash: hash, ...(range as { start: number; end: number }) };
      const [result] = await workspace.writeSnippets([edit]);
      expect(result).toMatchObject({ reason: { code: 'ERR_PLOKE_INVALID_ARGUMENT' } });
    }
  }
  const [lone] = await workspace.writeSnippets([{ path: file, find: 'old', replacement: '\uD800' }]);
  expect(lone).toMatchObject({ reason: { message: expect.stringContaining('edits[0].replacement') } });
  expect(readFileSync(file, 'utf8')).toBe('old');
});

test('items that are no objects, or whose getters throw, are failures of their own', async () => {
  const { file, workspace } = await setUp();
  const trap = {
    get path(): string {
      throw new Error('trapped');
    },
    data: 'x',
  };
  const results = await workspace.writeFiles([null, 7, trap, { path: file, data: 'x' }] as never);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
});

test('options of openWorkspace are checked, roots too', async () => {
  const { directory, file } = await setUp();
  const open = (options: unknown) => refusal(openWorkspace(options as never));
  for (const [member, options] of [
    ['options', null],
    ['roots', undefined],
    ['roots', {}],
    ['roots', { roots: [] }],
    ['roots', { roots: directory }],
    ['symlinks', { roots: [directory], symlinks: 'allow' }],
    ['allowHardLinks', { roots: [directory], allowHardLinks: 1 }],
    ['ignore[1]', { roots: [directory], ignore: ['a', 1] }],
    ['durability', { roots: [directory], durability: true }],
    ['maxOpenFiles', { roots: [directory], maxOpenFiles: 1.5 }],
    ['maxFileBytes', { roots: [directory], maxFileBytes: 0 }],
    ['readWhileWrite', { roots: [directory], readWhileWrite: 'never' }],
    ['metadata', { roots: [directory], metadata: null }],
    ['origin', { roots: [directory], origin: 7 }],
    ['shareOrigin', { roots: [directory], shareOrigin: 'yes' }],
    ['watch', { roots: [directory], watch: 'yes' }],
    ['watch', { roots: [directory], watch: null }],
    ['debounceMs', { roots: [directory], watch: { debounce: 5 } }],
    ['watch.debounceMs', { roots: [directory], watch: { debounceMs: -1 } }],
    ['watch.queueCapacity', { roots: [directory], watch: { queueCapacity: 0 } }],
    ['watch.overflow', { roots: [directory], watch: { overflow: 'drop' } }],
    ['watch.echo', { roots: [directory], watch: { echo: true } }],
    ['watch.backend', { roots: [directory], watch: { backend: 'inotify' } }],
    ['watch.pollIntervalMs', { roots: [directory], watch: { pollIntervalMs: 0 } }],
    ['cache', { roots: [directory], cache: true }],
  ] as const) {
    const { code, message } = await open(options);
    expect(code).toBe('ERR_PLOKE_INVALID_ARGUMENT');
    expect(message).toContain(member);
  }
  expect((await open({ roots: ['x'] })).code).toBe('ERR_PLOKE_INVALID_PATH');
  expect((await open({ roots: [path.join(directory, 'missing')] })).code).toBe('ENOENT');
  expect((await open({ roots: [file] })).code).toBe('ENOTDIR');
});
