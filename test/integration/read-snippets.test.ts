import path from 'node:path';
import { expect, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import type { SnippetRequest } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { makeTree } from '../support/tree.js';

test('snippets of many files come back in the order of the requests', async () => {
  const directory = temporaryDirectory();
  const names = Array.from({ length: 700 }, (_, index) => `d${index % 7}/file${index}`);
  makeTree(directory, Object.fromEntries(names.map((name) => [name, `${name} is its content`])));
  await using workspace = await openWorkspace({ roots: [directory] });
  // Three of each file, all mixed up.
  const requests = Array.from({ length: 2_100 }, (_, index) => {
    const name = names[(index * 17) % names.length] ?? '';
    return { path: path.join(directory, name), start: index % 3, end: name.length, id: `${index}`, name };
  });
  const results = await workspace.readSnippets(requests);
  expect(results).toHaveLength(requests.length);
  for (const [index, { path: file, start, end, id, name }] of requests.entries()) {
    expect(results[index]).toStrictEqual({
      status: 'fulfilled',
      value: { id, path: file, start, end, text: name.slice(start), hash: hashContent(`${name} is its content`) },
    });
  }
});

test('one file is read once, however often and in whatever spelling it is asked for', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { file: 'content' });
  const file = path.join(directory, 'file');
  await using workspace = await openWorkspace({ roots: [directory] });
  const requests = [file, `${directory}/./file`, `${directory}//file`, file].map((spelling) => ({
    path: spelling,
    start: 0,
    end: 7,
  }));
  const results = await workspace.readSnippets(requests);
  for (const result of results) expect(result).toMatchObject({ status: 'fulfilled', value: { path: file } });
  expect(workspace.metrics().counters).toMatchObject({ 'read.files': 1, 'read.bytes': 7 });
});

test('each wrong request fails by itself and says why', async () => {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  makeTree(directory, { file: 'é', binary: Uint8Array.of(255) });
  await using workspace = await openWorkspace({ roots: [directory] });
  const throwing = { path: at('file'), start: 0, end: 0 };
  Object.defineProperty(throwing, 'end', {
    get: () => {
      throw new Error('a getter of the caller');
    },
  });
  const results = await workspace.readSnippets([
    { path: at('file'), start: 0, end: 2 },
    { path: at('file'), start: 1, end: 2 },
    { path: at('file'), start: 2, end: 3 },
    { path: at('file'), start: 2, end: 0 },
    { path: at('file'), start: 0, end: Number.NaN },
    { path: at('file'), start: 0 } as SnippetRequest,
    { path: 'file', start: 0, end: 0 },
    { path: at('binary'), start: 0, end: 0 },
    { path: at('file'), start: 0, end: 2, expectedHash: 'nonsense' as never },
    { path: at('file'), start: 0, end: 9, expectedHash: hashContent('e') },
    throwing,
    { path: at('file/'), start: 0, end: 0 },
    { path: '\ud800', start: 0, end: 0 },
    'text' as unknown as SnippetRequest,
  ]);
  const codes = results.map((result) => (result.status === 'fulfilled' ? result.value.text : result.reason.code));
  expect(codes).toEqual([
    'é',
    'ERR_PLOKE_CHAR_BOUNDARY',
    'ERR_PLOKE_RANGE',
    'ERR_PLOKE_RANGE',
    'ERR_PLOKE_INVALID_ARGUMENT',
    'ERR_PLOKE_INVALID_ARGUMENT',
    'ERR_PLOKE_INVALID_PATH',
    'ERR_PLOKE_NOT_UTF8',
    'ERR_PLOKE_INVALID_ARGUMENT',
    'ERR_PLOKE_CONTENT_MISMATCH',
    'ERR_PLOKE_INVALID_ARGUMENT',
    'ENOTDIR',
    'ERR_PLOKE_INVALID_PATH',
    'ERR_PLOKE_INVALID_ARGUMENT',
  ]);
});

test('more snippets of one file than a chunk holds still come from one version', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { file: '0123456789'.repeat(2_000) });
  await using workspace = await openWorkspace({ roots: [directory] });
  const file = path.join(directory, 'file');
  const requests = Array.from({ length: 10_000 }, (_, index) => ({ path: file, start: index, end: index + 1 }));
  const results = await workspace.readSnippets(requests);
  const text = results.map((result) => (result.status === 'fulfilled' ? result.value.text : '!')).join('');
  expect(text).toBe('0123456789'.repeat(1_000));
  expect(workspace.metrics().counters).toMatchObject({ 'read.files': 1 });
});
