import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { collect } from '../support/tree.js';

const bytes = Buffer.alloc(3_500_000, 'The quick brown fox jumps over the lazy dog.\n');

async function openWithFile(options: { readonly maxOpenFiles?: number; readonly maxFileBytes?: number } = {}) {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, bytes);
  return { directory, file, workspace: await openWorkspace({ roots: [directory], ...options }) };
}

test('a stream hands over every byte of a file that is too large to be read whole', async () => {
  const { workspace, file } = await openWithFile({ maxFileBytes: 1_000 });
  await using _ = workspace;
  const pieces = await collect(workspace.createReadStream(file));
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  expect(pieces.length).toBeGreaterThan(3);
  expect(Math.max(...pieces.map((piece) => piece.byteLength))).toBeLessThanOrEqual(1024 * 1024);
});

test.each([
  [{ start: 10, end: 20 }, 10, 20],
  [{ start: 3_499_999 }, 3_499_999, 3_500_000],
  [{ end: 1_000_000 }, 0, 1_000_000],
  [{ start: 5, end: 5 }, 5, 5],
  [{ start: 3_500_000 }, 3_500_000, 3_500_000],
  [{ start: 3_000_000, end: 9_000_000 }, 3_000_000, 3_500_000],
])('a range is cut out: %j', async (range, start, end) => {
  const { workspace, file } = await openWithFile();
  await using _ = workspace;
  const pieces = await collect(workspace.createReadStream(file, { range }));
  expect(Buffer.concat(pieces).equals(bytes.subarray(start, end))).toBe(true);
});

test('an empty file is an empty stream', async () => {
  const { workspace, file } = await openWithFile();
  await using _ = workspace;
  writeFileSync(file, '');
  expect(await collect(workspace.createReadStream(file))).toEqual([]);
});

test('a file that is replaced while it is read is read to its old end', async () => {
  const { workspace, file, directory } = await openWithFile();
  await using _ = workspace;
  const reader = workspace.createReadStream(file).getReader();
  const pieces = [(await reader.read()).value ?? new Uint8Array()];
  writeFileSync(path.join(directory, 'new'), 'new');
  renameSync(path.join(directory, 'new'), file);
  for (let next = await reader.read(); !next.done; next = await reader.read()) pieces.push(next.value);
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe('new');
});

test('a file that is changed in place while it is read ends the stream with an error', async () => {
  const { workspace, file } = await openWithFile();
  await using _ = workspace;
  const reader = workspace.createReadStream(file).getReader();
  await reader.read();
  appendFileSync(file, 'more');
  const rest = async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read());
  };
  await expect(rest()).rejects.toMatchObject({ code: 'ERR_PLOKE_BUSY', retryable: true, path: file });
});

test('nothing is opened before the first read, and failures come through the stream', async () => {
  const { workspace, file, directory } = await openWithFile();
  await using _ = workspace;
  const early = workspace.createReadStream(path.join(directory, 'later'));
  writeFileSync(path.join(directory, 'later'), 'made after the call');
  expect(Buffer.concat(await collect(early)).toString()).toBe('made after the call');
  const missing = workspace.createReadStream(path.join(directory, 'missing'));
  await expect(collect(missing)).rejects.toMatchObject({ code: 'ENOENT', operation: 'createReadStream' });
  await expect(collect(workspace.createReadStream(directory))).rejects.toMatchObject({ code: 'EISDIR' });
  const beyond = workspace.createReadStream(file, { range: { start: 4_000_000 } });
  await expect(collect(beyond)).rejects.toMatchObject({
    code: 'ERR_PLOKE_RANGE',
    details: { start: 4_000_000, byteLength: 3_500_000 },
  });
});

test('argument errors are thrown at once', async () => {
  const { workspace, file } = await openWithFile();
  await using _ = workspace;
  const code = (expected: string) => expect.objectContaining({ code: expected });
  expect(() => workspace.createReadStream('file')).toThrow(code('ERR_PLOKE_INVALID_PATH'));
  expect(() => workspace.createReadStream('/etc/hostname')).toThrow(code('ERR_PLOKE_OUTSIDE_ROOTS'));
  expect(() => workspace.createReadStream(file, { range: { start: -1 } })).toThrow(code('ERR_PLOKE_INVALID_ARGUMENT'));
  expect(() => workspace.createReadStream(file, { rang: {} } as object)).toThrow(code('ERR_PLOKE_INVALID_ARGUMENT'));
  expect(() => workspace.createReadStream(file, { signal: AbortSignal.abort() })).toThrow(code('ABORT_ERR'));
});

test('a signal ends a stream that is being read, and one that nobody reads', async () => {
  const { workspace, file } = await openWithFile();
  await using _ = workspace;
  const controller = new AbortController();
  const { signal } = controller;
  const reader = workspace.createReadStream(file, { signal }).getReader();
  const idle = workspace.createReadStream(file, { signal });
  await reader.read();
  const pending = reader.read();
  controller.abort('enough');
  await expect(pending).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
  await expect(collect(idle)).rejects.toMatchObject({ code: 'ABORT_ERR' });
});

test('streams that are open hold up each other at most, and give way when cancelled', async () => {
  const { workspace, file } = await openWithFile({ maxOpenFiles: 4 });
  await using _ = workspace;
  const forgotten = Array.from({ length: 8 }, () => workspace.createReadStream(file).getReader());
  const reads = forgotten.map((reader) => reader.read());
  await reads[0];
  expect((await workspace.readFile(file)).byteLength).toBe(bytes.length);
  for (const [index, reader] of forgotten.entries()) {
    await reads[index];
    await reader.cancel();
  }
  expect(Buffer.concat(await collect(workspace.createReadStream(file))).equals(bytes)).toBe(true);
});

test('closing the workspace ends open streams and waits for nobody who forgot one', async () => {
  const { workspace, file } = await openWithFile();
  const reader = workspace.createReadStream(file).getReader();
  const unread = workspace.createReadStream(file);
  await reader.read();
  await workspace.close();
  await expect(reader.read()).rejects.toMatchObject({ code: 'ERR_PLOKE_CLOSED' });
  await expect(collect(unread)).rejects.toMatchObject({ code: 'ERR_PLOKE_CLOSED' });
});
