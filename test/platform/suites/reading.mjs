// @ts-check
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { any, collect, matches, outcomes, refuses } from '../support/expect.mjs';
import { makeFiles } from '../support/files.mjs';
import { library, suiteOf } from '../support/harness.mjs';

const test = suiteOf('reading');
const { hashContent, packSnippetRequests } = library;

test('a file comes with its text, its hash and what it is', async (place) => {
  makeFiles(place.directory, { file: 'grün\n' });
  const workspace = await place.open();
  matches(await workspace.readFile(place.at('file')), {
    path: place.at('file'),
    text: 'grün\n',
    hash: hashContent('grün\n'),
    byteLength: 6,
    start: 0,
    end: 6,
    truncated: false,
    stamp: any('string'),
    warnings: [],
  });
});

test('a file comes as bytes, whatever they are', async (place) => {
  const content = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  makeFiles(place.directory, { file: content });
  const workspace = await place.open();
  const { bytes, hash } = await workspace.readFile(place.at('file'), { encoding: 'buffer' });
  assert.deepEqual(new Uint8Array(bytes), content);
  assert.equal(hash, hashContent(content));
});

test('an empty file is an empty text', async (place) => {
  makeFiles(place.directory, { file: '' });
  const workspace = await place.open();
  matches(await workspace.readFile(place.at('file')), { text: '', byteLength: 0, hash: hashContent('') });
});

test('line ends and a byte order mark stay what they are', async (place) => {
  const text = '\ufeffone\r\ntwo\rthree\n\n';
  makeFiles(place.directory, { file: text });
  const workspace = await place.open();
  assert.equal((await workspace.readFile(place.at('file'))).text, text);
});

test('what is not UTF-8 is refused as text', async (place) => {
  const wrong = {
    overlong: [0xc0, 0xaf],
    surrogate: [0xed, 0xa0, 0x80],
    cut: [0xe2, 0x82],
    high: [0xf5, 0x80, 0x80, 0x80],
  };
  for (const [name, bytes] of Object.entries(wrong)) makeFiles(place.directory, { [name]: Uint8Array.from(bytes) });
  const workspace = await place.open();
  for (const name of Object.keys(wrong)) await refuses(workspace.readFile(place.at(name)), 'ERR_PLOKE_NOT_UTF8');
});

test('a range is cut out, with the hash of the whole', async (place) => {
  makeFiles(place.directory, { file: '0123456789' });
  const workspace = await place.open();
  matches(await workspace.readFile(place.at('file'), { range: { start: 2, end: 5 } }), {
    text: '234',
    start: 2,
    end: 5,
    byteLength: 10,
    hash: hashContent('0123456789'),
  });
});

test('a range that leaves the file or cuts a character is refused', async (place) => {
  makeFiles(place.directory, { file: 'aé' });
  const workspace = await place.open();
  const read = (/** @type {number} */ start, /** @type {number} */ end) =>
    workspace.readFile(place.at('file'), { range: { start, end } });
  await refuses(read(0, 2), 'ERR_PLOKE_CHAR_BOUNDARY');
  await refuses(read(4, 5), { code: 'ERR_PLOKE_RANGE', details: { byteLength: 3 } });
  await refuses(read(3, 1), 'ERR_PLOKE_INVALID_ARGUMENT');
});

test('lines are counted from one, or from the end', async (place) => {
  makeFiles(place.directory, { file: 'one\ntwo\nthree\nfour\n' });
  const workspace = await place.open();
  const lines = async (/** @type {any} */ range) => (await workspace.readFile(place.at('file'), { lines: range })).text;
  assert.equal(await lines({ start: 2, end: 3 }), 'two\nthree\n');
  assert.equal(await lines({ last: 1 }), 'four\n');
});

test('maxBytes truncates at a character, maxFileBytes refuses', async (place) => {
  makeFiles(place.directory, { file: 'aéb' });
  const workspace = await place.open({ maxFileBytes: 3 });
  const cut = await workspace.readFile(place.at('file'), { maxBytes: 2 });
  matches(cut, { text: 'a', truncated: true, byteLength: 4, hash: hashContent('aéb') });
  await refuses(workspace.readFile(place.at('file')), {
    code: 'ERR_PLOKE_FILE_TOO_LARGE',
    details: { maxFileBytes: 3, byteLength: 4 },
  });
});

test('another content than the expected one is refused with both hashes', async (place) => {
  makeFiles(place.directory, { file: 'now' });
  const workspace = await place.open();
  const expectedHash = hashContent('before');
  await refuses(workspace.readFile(place.at('file'), { expectedHash }), {
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    expectedHash,
    actualHash: hashContent('now'),
  });
  matches(await workspace.readFile(place.at('file'), { expectedHash: hashContent('now') }), { text: 'now' });
});

test('what is missing is ENOENT, or undefined', async (place) => {
  const workspace = await place.open();
  await refuses(workspace.readFile(place.at('missing')), { code: 'ENOENT', path: place.at('missing') });
  assert.equal(await workspace.readFile(place.at('missing'), { throwIfNoEntry: false }), undefined);
});

test('many files come back in the order of the requests, each failure for itself', async (place) => {
  const names = Array.from({ length: 300 }, (_, index) => `d${index % 7}/file${index}`);
  makeFiles(place.directory, Object.fromEntries(names.map((name) => [name, `${name} is its content`])));
  const workspace = await place.open();
  const mixed = names.map((_, index) => names[(index * 37) % names.length] ?? '');
  const results = await workspace.readFiles([
    ...mixed.map((name, index) => ({ path: place.at(name), id: `${index}` })),
    { path: place.at('missing') },
    { path: place.at('d0') },
    { path: 'relative' },
  ]);
  for (const [index, name] of mixed.entries()) {
    matches(results[index], { value: { id: `${index}`, path: place.at(name), text: `${name} is its content` } });
  }
  assert.deepEqual(outcomes(results.slice(-3)), ['ENOENT', 'EISDIR', 'ERR_PLOKE_INVALID_PATH']);
});

test('snippets come verified, in order, with the hash of the version they are of', async (place) => {
  const names = Array.from({ length: 300 }, (_, index) => `file${index}`);
  makeFiles(place.directory, Object.fromEntries(names.map((name) => [name, `${name} is its content`])));
  const workspace = await place.open();
  const requests = Array.from({ length: 900 }, (_, index) => {
    const name = names[(index * 17) % names.length] ?? '';
    const expectedHash = hashContent(`${name} is its content`);
    return { path: place.at(name), start: index % 3, end: name.length, id: `${index}`, expectedHash };
  });
  for (const given of [requests, packSnippetRequests(requests)]) {
    const results = await workspace.readSnippets(given);
    assert.equal(results.length, requests.length);
    for (const [index, { path, start, end, id, expectedHash }] of requests.entries()) {
      const text = (names[(index * 17) % names.length] ?? '').slice(start);
      matches(results[index], { value: { id, path, start, end, text, hash: expectedHash } });
    }
  }
});

test('each wrong snippet fails by itself and says why', async (place) => {
  makeFiles(place.directory, { file: 'é', binary: Uint8Array.of(255) });
  const workspace = await place.open();
  const file = place.at('file');
  const results = await workspace.readSnippets([
    { path: file, start: 0, end: 2 },
    { path: file, start: 1, end: 2 },
    { path: file, start: 2, end: 3 },
    { path: file, start: 0, end: Number.NaN },
    { path: place.at('binary'), start: 0, end: 0 },
    { path: file, start: 0, end: 2, expectedHash: hashContent('e') },
    { path: place.at('missing'), start: 0, end: 0 },
  ]);
  assert.deepEqual(outcomes(results), [
    'ok',
    'ERR_PLOKE_CHAR_BOUNDARY',
    'ERR_PLOKE_RANGE',
    'ERR_PLOKE_INVALID_ARGUMENT',
    'ERR_PLOKE_NOT_UTF8',
    'ERR_PLOKE_CONTENT_MISMATCH',
    'ENOENT',
  ]);
});

test('packed requests show each time what is there', async (place) => {
  makeFiles(place.directory, { a: 'before', b: 'before' });
  const packed = packSnippetRequests([
    { path: place.at('a'), start: 0, end: 6, expectedHash: hashContent('before') },
    { path: place.at('b'), start: 0, end: 6 },
  ]);
  const workspace = await place.open();
  assert.deepEqual(outcomes(await workspace.readSnippets(packed)), ['ok', 'ok']);
  appendFileSync(place.at('a'), ' and after');
  writeFileSync(place.at('b'), 'after!');
  const [first, second] = await workspace.readSnippets(packed);
  matches(first, { reason: { code: 'ERR_PLOKE_CONTENT_MISMATCH' } });
  matches(second, { value: { text: 'after!' } });
  rmSync(place.at('a'));
  assert.deepEqual(outcomes(await workspace.readSnippets(packed)), ['ENOENT', 'ok']);
});

test('a read that is called after a write sees it', async (place) => {
  makeFiles(place.directory, { file: 'old' });
  const workspace = await place.open();
  for (let round = 0; round < 20; round += 1) {
    const writing = workspace.writeFile(place.at('file'), `new ${round}`);
    matches(await workspace.readFile(place.at('file')), { text: `new ${round}` });
    await writing;
  }
});

test('a stream hands over every byte of a file that is too large to be read whole', async (place) => {
  const bytes = Buffer.alloc(2_500_000, 'The quick brown fox jumps over the lazy dog.\n');
  makeFiles(place.directory, { file: bytes, empty: '' });
  const workspace = await place.open({ maxFileBytes: 1_000 });
  assert.ok(Buffer.concat(await collect(workspace.createReadStream(place.at('file')))).equals(bytes));
  const part = workspace.createReadStream(place.at('file'), { range: { start: 999_999, end: 2_000_001 } });
  assert.ok(Buffer.concat(await collect(part)).equals(bytes.subarray(999_999, 2_000_001)));
  assert.deepEqual(await collect(workspace.createReadStream(place.at('empty'))), []);
});

test('a stream of what cannot be read fails as a read does', async (place) => {
  mkdirSync(place.at('directory'));
  const workspace = await place.open();
  await refuses(collect(workspace.createReadStream(place.at('missing'))), 'ENOENT');
  await refuses(collect(workspace.createReadStream(place.at('directory'))), 'EISDIR');
});

test('a stream that is left half-way lets go of its file', async (place) => {
  makeFiles(place.directory, { file: Buffer.alloc(3_000_000, 'x') });
  const workspace = await place.open();
  const reader = workspace.createReadStream(place.at('file')).getReader();
  matches(await reader.read(), { done: false });
  await reader.cancel();
  await workspace.close();
  rmSync(place.at('file'));
});

test('the cache serves what is there, and never what was', async (place) => {
  makeFiles(place.directory, { file: 'first' });
  const workspace = await place.open({ cache: { maxBytes: 1_000_000 } });
  for (const text of ['first', 'second', 'third!']) {
    writeFileSync(place.at('file'), text);
    for (let round = 0; round < 3; round += 1) {
      matches(await workspace.readFile(place.at('file')), { text, hash: hashContent(text) });
    }
  }
});

test('a read that is aborted rejects with the reason', async (place) => {
  makeFiles(place.directory, { file: 'x' });
  const workspace = await place.open();
  const reason = new Error('changed my mind');
  const error = await refuses(workspace.readFile(place.at('file'), { signal: AbortSignal.abort(reason) }), 'ABORT_ERR');
  assert.equal(error.cause, reason);
  assert.equal(error.name, 'AbortError');
});
