import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import type { ReadOptions } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { makeTree } from '../support/tree.js';

const content = '\uFEFFone\r\ntwo\nthree';

async function openWith(files: Readonly<Record<string, string | Uint8Array>>) {
  const directory = temporaryDirectory();
  makeTree(directory, files);
  const workspace = await openWorkspace({ roots: [directory] });
  return { workspace, at: (name: string) => path.join(directory, name) };
}

test('a file comes whole, with its hash, its length and a stamp, and nothing else', async () => {
  const { workspace, at } = await openWith({ file: content });
  await using _ = workspace;
  const { stamp, ...file } = await workspace.readFile(at('file'));
  expect(file).toStrictEqual({
    path: at('file'),
    hash: hashContent(content),
    byteLength: Buffer.byteLength(content),
    start: 0,
    end: Buffer.byteLength(content),
    truncated: false,
    warnings: [],
    text: content,
  });
  expect(stamp).toMatch(/^1\./);
  expect(structuredClone(await workspace.readFile(at('file')))).toMatchObject(file);
});

test('a URL and an unnormalised path lead to the same file, spelt in the normal way', async () => {
  const { workspace, at } = await openWith({ 'a b/file': 'x' });
  await using _ = workspace;
  for (const input of [pathToFileURL(at('a b/file')), `${at('a b')}//./../a b/file`]) {
    expect(await workspace.readFile(input)).toMatchObject({ path: at('a b/file'), text: 'x' });
  }
});

test('bytes come as they are, whether UTF-8 or not, in memory of their own', async () => {
  const bytes = Uint8Array.of(0xff, 0, 0xfe, 10);
  const { workspace, at } = await openWith({ file: bytes });
  await using _ = workspace;
  const file = await workspace.readFile(at('file'), { encoding: 'buffer' });
  expect(file.bytes).toEqual(bytes);
  expect(file.hash).toBe(hashContent(bytes));
  await expect(workspace.readFile(at('file'))).rejects.toMatchObject({ code: 'ERR_PLOKE_NOT_UTF8', path: at('file') });
});

test.each<[string, ReadOptions, string, number]>([
  ['bytes from the start', { range: { end: 6 } }, '\uFEFFone', 0],
  ['bytes to the end', { range: { start: 8 } }, 'two\nthree', 8],
  ['bytes in the middle', { range: { start: 8, end: 11 } }, 'two', 8],
  ['no bytes at the very end', { range: { start: 17 } }, '', 17],
  ['bytes beyond the end', { range: { start: 12, end: 1_000 } }, 'three', 12],
  ['the first line', { lines: { end: 1 } }, '\uFEFFone\r\n', 0],
  ['the last line', { lines: { last: 1 } }, 'three', 12],
  ['more last lines than there are', { lines: { last: 10 } }, content, 0],
  ['lines in the middle', { lines: { start: 2, end: 2 } }, 'two\n', 8],
  ['lines beyond the end', { lines: { start: 7 } }, '', 17],
])('a part is cut out of the whole: %s', async (_, options, text, start) => {
  const { workspace, at } = await openWith({ file: content });
  await using __ = workspace;
  const end = start + Buffer.byteLength(text);
  expect(await workspace.readFile(at('file'), { ...options, encoding: 'utf8' })).toMatchObject({
    text,
    start,
    end,
    hash: hashContent(content),
    byteLength: 17,
    truncated: false,
  });
});

test('maxBytes cuts before a character, keeps the hash of the whole, and bounds a part as well', async () => {
  const { workspace, at } = await openWith({ file: 'aé漢😀' });
  await using _ = workspace;
  const whole = { hash: hashContent('aé漢😀'), byteLength: 10, truncated: true };
  expect(await workspace.readFile(at('file'), { maxBytes: 2 })).toMatchObject({ ...whole, text: 'a', end: 1 });
  expect(await workspace.readFile(at('file'), { maxBytes: 9 })).toMatchObject({ ...whole, text: 'aé漢', end: 6 });
  expect(await workspace.readFile(at('file'), { maxBytes: 0 })).toMatchObject({ ...whole, text: '', end: 0 });
  expect(await workspace.readFile(at('file'), { maxBytes: 10 })).toMatchObject({ truncated: false });
  const part = await workspace.readFile(at('file'), { range: { start: 1, end: 6 }, maxBytes: 4 });
  expect(part).toMatchObject({ ...whole, text: 'é', start: 1, end: 3 });
});

test('a file above maxFileBytes is refused, unless it is cut', async () => {
  const directory = temporaryDirectory();
  writeFileSync(path.join(directory, 'file'), 'x'.repeat(2_000));
  await using workspace = await openWorkspace({ roots: [directory], maxFileBytes: 1_000 });
  await expect(workspace.readFile(path.join(directory, 'file'))).rejects.toMatchObject({
    code: 'ERR_PLOKE_FILE_TOO_LARGE',
    details: { byteLength: 2_000, maxFileBytes: 1_000 },
  });
  expect(await workspace.readFile(path.join(directory, 'file'), { maxBytes: 10 })).toMatchObject({
    text: 'x'.repeat(10),
    hash: hashContent('x'.repeat(2_000)),
    byteLength: 2_000,
    truncated: true,
  });
});

test('another version than the expected one is refused with both hashes', async () => {
  const { workspace, at } = await openWith({ file: 'new' });
  await using _ = workspace;
  const expectedHash = hashContent('old');
  await expect(workspace.readFile(at('file'), { expectedHash })).rejects.toMatchObject({
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    path: at('file'),
    expectedHash,
    actualHash: hashContent('new'),
    retryable: false,
  });
  expect(await workspace.readFile(at('file'), { expectedHash: hashContent('new') })).toMatchObject({ text: 'new' });
});

test('a range that the content does not have is refused with the numbers', async () => {
  const { workspace, at } = await openWith({ file: 'aé' });
  await using _ = workspace;
  await expect(workspace.readFile(at('file'), { range: { start: 4 } })).rejects.toMatchObject({
    code: 'ERR_PLOKE_RANGE',
    details: { start: 4, end: 3, byteLength: 3 },
  });
  await expect(workspace.readFile(at('file'), { range: { start: 2, end: 3 } })).rejects.toMatchObject({
    code: 'ERR_PLOKE_CHAR_BOUNDARY',
    details: { start: 2, end: 3, byteLength: 3 },
  });
});

test('throwIfNoEntry: false gives undefined for what is not there, and for nothing else', async () => {
  const { workspace, at } = await openWith({ 'directory/': '', file: 'x' });
  await using _ = workspace;
  const options = { throwIfNoEntry: false } as const;
  expect(await workspace.readFile(at('missing'), options)).toBeUndefined();
  expect(await workspace.readFile(at('missing/parent'), { ...options, encoding: 'buffer' })).toBeUndefined();
  await expect(workspace.readFile(at('directory'), options)).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(workspace.readFile(at('file/below'), options)).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(workspace.readFile(at('../missing'), options)).rejects.toMatchObject({
    code: 'ERR_PLOKE_OUTSIDE_ROOTS',
  });
  await expect(workspace.readFile(at('missing'))).rejects.toMatchObject({ code: 'ENOENT', operation: 'readFile' });
});

test.each<[string, unknown, RegExp]>([
  ['an unknown option', { encodign: 'utf8' }, /encoding/],
  ['an unknown encoding', { encoding: 'latin1' }, /encoding/],
  ['both range and lines', { range: {}, lines: {} }, /range and lines/],
  ['NaN', { maxBytes: Number.NaN }, /maxBytes/],
  ['a negative offset', { range: { start: -1 } }, /range\.start/],
  ['a fraction', { range: { end: 1.5 } }, /range\.end/],
  ['a range that runs backwards', { range: { start: 3, end: 2 } }, /range\.end/],
  ['line 0', { lines: { start: 0 } }, /lines\.start/],
  ['last lines beside others', { lines: { last: 1, end: 2 } }, /last/],
  ['an unknown member of a range', { range: { begin: 1 } }, /begin/],
  ['something like a hash', { expectedHash: 'sha256-00' }, /expectedHash/],
  ['something like a signal', { signal: { aborted: false } }, /signal/],
  ['null', null, /options/],
])('an argument error says what was wrong: %s', async (_, options, message) => {
  const { workspace, at } = await openWith({});
  await using __ = workspace;
  const read = workspace.readFile(at('file'), options as ReadOptions);
  await expect(read).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_ARGUMENT', message });
});

test('an aborted signal rejects with its reason, before and while the file is read', async () => {
  const { workspace, at } = await openWith({ file: content });
  await using _ = workspace;
  const reason = new Error('enough');
  const early = workspace.readFile(at('file'), { signal: AbortSignal.abort(reason) });
  await expect(early).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: reason });
  const controller = new AbortController();
  const running = workspace.readFile(at('file'), { signal: controller.signal });
  controller.abort(reason);
  await expect(running).rejects.toMatchObject({ code: 'ABORT_ERR', cause: reason });
});
