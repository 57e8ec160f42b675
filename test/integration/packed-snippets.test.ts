import { appendFileSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { hashContent, openWorkspace, PlokeIoError, packSnippetRequests, type SnippetRequest } from '../../src/index.js';
import { readSnippets } from '../../src/operation/read-snippets.js';
import { openState } from '../support/open-state.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { makeTree } from '../support/tree.js';

let directory: string;
const at = (name: string) => path.join(directory, name);
const contentOf = (name: string) => `${name} is its content`;

beforeEach(() => {
  directory = temporaryDirectory();
});

/** Three snippets of each file, all mixed up; some expect a hash, some another one than others of the same file. */
function mixedRequests(count: number): SnippetRequest[] {
  const names = Array.from({ length: count }, (_, index) => `d${index % 7}/file${index}`);
  makeTree(directory, Object.fromEntries(names.map((name) => [name, contentOf(name)])));
  return Array.from({ length: count * 3 }, (_, index) => {
    const file = (index * 17) % count;
    const name = names[file] ?? '';
    const request = { path: at(name), start: index % 3, end: name.length };
    if (file % 5 === 0) return { ...request, id: `${index}` };
    if (file % 5 === 1 && index % 2 === 0) return { ...request, expectedHash: hashContent('another') };
    if (file % 5 === 2 && index % 2 === 0) return request;
    return { ...request, expectedHash: hashContent(contentOf(name)) };
  });
}

describe('packed requests', () => {
  test('are read as those that they were made from, time after time', async () => {
    const requests = mixedRequests(700);
    requests.push(
      { path: at('missing'), start: 0, end: 1 },
      { path: at('d0/file0'), start: 0, end: 1_000 },
      { path: at('d0/../d0/file0'), start: 0, end: 2 },
      { path: 'relative', start: 0, end: 1 },
      { path: path.dirname(directory), start: 0, end: 1, id: 'outside' },
      { path: pathToFileURL(at('d1/file1')), start: 1, end: 3 },
      { path: pathToFileURL(at('d1/file1')), start: 2, end: 3 },
    );
    const packed = packSnippetRequests(requests);
    expect([...packed]).toEqual(requests);
    await using plain = await openWorkspace({ roots: [directory] });
    await using workspace = await openWorkspace({ roots: [directory] });
    for (const cache of [false, { maxBytes: 10_000_000 }] as const) {
      await using again = await openWorkspace({ roots: [directory], cache });
      for (let round = 0; round < 3; round++) {
        const results = await again.readSnippets(packed);
        expect(results).toEqual(await plain.readSnippets(requests));
      }
    }
    // Each file once, in whatever spelling.
    await workspace.readSnippets(packed);
    expect(workspace.metrics().counters).toMatchObject({ 'read.files': 700 });
  });

  test('that are all good share the hash that they expect', async () => {
    makeTree(directory, { a: 'one', b: 'two' });
    const expectedHash = hashContent('one');
    const packed = packSnippetRequests([
      { path: at('a'), start: 0, end: 3, expectedHash },
      { path: at('b'), start: 0, end: 3, expectedHash },
    ]);
    await using workspace = await openWorkspace({ roots: [directory] });
    for (let round = 0; round < 2; round++) {
      const [first, second] = await workspace.readSnippets(packed);
      expect(first).toMatchObject({ status: 'fulfilled', value: { text: 'one', hash: expectedHash } });
      expect(second).toMatchObject({
        status: 'rejected',
        reason: { code: 'ERR_PLOKE_CONTENT_MISMATCH', expectedHash, actualHash: hashContent('two') },
      });
    }
  });

  test('show each time what is there', async () => {
    makeTree(directory, { a: 'before', b: 'before' });
    const packed = packSnippetRequests([
      { path: at('a'), start: 0, end: 6, expectedHash: hashContent('before') },
      { path: at('b'), start: 0, end: 6 },
    ]);
    await using workspace = await openWorkspace({ roots: [directory] });
    await workspace.readSnippets(packed);
    appendFileSync(at('a'), ' and after');
    writeFileSync(at('b'), 'after!');
    expect(await workspace.readSnippets(packed)).toMatchObject([
      { status: 'rejected', reason: { code: 'ERR_PLOKE_CONTENT_MISMATCH' } },
      { status: 'fulfilled', value: { text: 'after!' } },
    ]);
    unlinkSync(at('a'));
    expect(await workspace.readSnippets(packed)).toMatchObject([
      { status: 'rejected', reason: { code: 'ENOENT' } },
      { status: 'fulfilled' },
    ]);
  });

  test('are judged anew by other roots, and by other workspaces', async () => {
    makeTree(directory, { 'in/a': 'one', 'out/b': 'two' });
    const packed = packSnippetRequests([
      { path: at('in/a'), start: 0, end: 3 },
      { path: at('out/b'), start: 0, end: 3 },
    ]);
    const outside = { status: 'rejected', reason: { code: 'ERR_PLOKE_OUTSIDE_ROOTS' } };
    await using workspace = await openWorkspace({ roots: [directory] });
    await using inner = await openWorkspace({ roots: [at('in')] });
    for (let round = 0; round < 2; round++) {
      expect(await workspace.readSnippets(packed)).toMatchObject([
        { value: { text: 'one' } },
        { value: { text: 'two' } },
      ]);
      expect(await inner.readSnippets(packed)).toMatchObject([{ value: { text: 'one' } }, outside]);
    }
    await workspace.setRoots([at('out')]);
    expect(await workspace.readSnippets(packed)).toMatchObject([outside, { value: { text: 'two' } }]);
  });

  test('wait for the writes that were called before them', async () => {
    makeTree(directory, { a: 'old' });
    const packed = packSnippetRequests([{ path: at('a'), start: 0, end: 3 }]);
    await using workspace = await openWorkspace({ roots: [directory] });
    for (const text of ['new', 'now', 'end']) {
      const writing = workspace.writeFile(at('a'), text);
      expect(await workspace.readSnippets(packed)).toMatchObject([{ value: { text } }]);
      await writing;
    }
  });

  test('can be aborted', async () => {
    const packed = packSnippetRequests(mixedRequests(600));
    await using workspace = await openWorkspace({ roots: [directory] });
    const controller = new AbortController();
    const reading = workspace.readSnippets(packed, { signal: controller.signal });
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'ABORT_ERR' });
    expect(await workspace.readSnippets(packed)).toHaveLength(1_800);
  });

  test('are run again, those alone that found no descriptor', async () => {
    const requests = mixedRequests(300);
    const { EMFILE } = constants.errno;
    const counts: number[] = [];
    const state = await openState(directory, (real) => ({
      async readBatch(batch) {
        const isFirst = counts.push(batch.count) === 1;
        const result = await real.readBatch(batch);
        if (isFirst) for (let file = 0; file < batch.count; file += 3) result.status[file] = EMFILE;
        return result;
      },
    }));
    const packed = packSnippetRequests(requests);
    const results = await readSnippets(state, packed);
    await using plain = await openWorkspace({ roots: [directory] });
    expect(results).toEqual(await plain.readSnippets(requests));
    expect(counts.toSorted((a, b) => a - b)).toEqual([44, 86, 256]);
  });
});

describe('packSnippetRequests', () => {
  test('keeps what it was given, and no more', () => {
    const url = pathToFileURL('/ws/a');
    const request = { path: '/ws/b', start: 0, end: 1, id: 'x', other: 'member' };
    const packed = packSnippetRequests(new Set([{ path: url, start: 2, end: 3 }, request]));
    url.pathname = '/ws/changed';
    request.end = 9;
    expect(packed.size).toBe(2);
    expect([...packed]).toEqual([
      { path: pathToFileURL('/ws/a'), start: 2, end: 3 },
      { path: '/ws/b', start: 0, end: 1, id: 'x' },
    ]);
    const [first] = packed;
    if (first?.path instanceof URL) first.path.pathname = '/ws/changed';
    expect([...packed][0]?.path).toEqual(pathToFileURL('/ws/a'));
    expect(packSnippetRequests(packed)).toBe(packed);
    expect(packSnippetRequests([]).size).toBe(0);
  });

  const good = { path: '/ws/a', start: 0, end: 1 };
  test.each([
    ['requests', 'text'],
    ['requests', null],
    ['requests', 7],
    ['requests[1]', [good, null]],
    ['requests[1].path', [good, { ...good, path: 7 }]],
    ['requests[1].start', [good, { ...good, start: -1 }]],
    ['requests[1].start', [good, { ...good, start: 0.5 }]],
    ['requests[1].end', [good, { ...good, end: Infinity }]],
    ['requests[1].end', [good, { path: '/ws/a', start: 0 }]],
    ['requests[1].expectedHash', [good, { ...good, expectedHash: 'sha256-x' }]],
    ['requests[1].expectedHash', [good, { ...good, expectedHash: null }]],
    ['requests[1].id', [good, { ...good, id: 7 }]],
    ['requests[1].id', [good, { ...good, id: '\ud800' }]],
  ])('refuses a wrong %s', (argument, requests) => {
    let thrown: unknown;
    try {
      packSnippetRequests(requests as Iterable<SnippetRequest>);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(PlokeIoError);
    expect(thrown).toMatchObject({ code: 'ERR_PLOKE_INVALID_ARGUMENT', details: { argument } });
  });

  test('names what threw in a getter or an iterator of the caller', () => {
    const cause = new Error('a getter of the caller');
    const throwing = Object.defineProperty({ ...good }, 'end', {
      get: () => {
        throw cause;
      },
    });
    expect(() => packSnippetRequests([throwing])).toThrow(expect.objectContaining({ cause }));
    function* iterator(): Generator<SnippetRequest> {
      yield good;
      throw cause;
    }
    expect(() => packSnippetRequests(iterator())).toThrow(expect.objectContaining({ cause }));
  });

  test('an array with the members of a set is an array', async () => {
    makeTree(directory, { a: 'one' });
    await using workspace = await openWorkspace({ roots: [directory] });
    const alike = { size: 1, *[Symbol.iterator]() {} };
    await expect(workspace.readSnippets(alike)).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_ARGUMENT' });
    expect(readFileSync(at('a'), 'utf8')).toBe('one');
  });
});
