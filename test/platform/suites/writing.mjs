// @ts-check
// Writing as a whole, by splices, by patches and by functions.
import assert from 'node:assert/strict';
import { linkSync, statSync, writeFileSync } from 'node:fs';
import { any, matches, oneOf, outcomes, refuses } from '../support/expect.mjs';
import { makeFiles, namesIn, textOf } from '../support/files.mjs';
import { library, suiteOf } from '../support/harness.mjs';

const test = suiteOf('writing');
const { hashContent, splitPatch } = library;

test('a file is replaced as a whole, and the result says what it was and is', async (place) => {
  makeFiles(place.directory, { file: 'old' });
  const workspace = await place.open({ origin: 'me' });
  const result = await workspace.writeFile(place.at('file'), 'grün');
  matches(result, {
    path: place.at('file'),
    outcome: 'replaced',
    origin: 'me',
    hash: hashContent('grün'),
    previousHash: hashContent('old'),
    byteLength: 5,
    stamp: any('string'),
    receipt: { atomic: true, durability: 'none', lock: oneOf('host', 'cluster', 'unproven') },
  });
  assert.equal(textOf(place.at('file')), 'grün');
  assert.deepEqual(namesIn(place.directory), ['file']);
});

test('bytes are written as they are', async (place) => {
  makeFiles(place.directory, { file: 'old' });
  const workspace = await place.open();
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256);
  await workspace.writeFile(place.at('file'), bytes);
  matches(await workspace.readFile(place.at('file'), { encoding: 'buffer' }), { hash: hashContent(bytes) });
});

test('a file that is missing is an error, unless it may be made', async (place) => {
  const workspace = await place.open();
  await refuses(workspace.writeFile(place.at('file'), 'new'), { code: 'ENOENT', committed: false });
  matches(await workspace.writeFile(place.at('d/file'), 'new', { ifMissing: 'create', parents: true }), {
    outcome: 'created',
    previousHash: null,
  });
});

test('another content than the expected one is left alone', async (place) => {
  makeFiles(place.directory, { file: 'now' });
  const workspace = await place.open();
  const expectedHash = hashContent('before');
  await refuses(workspace.writeFile(place.at('file'), 'new', { expectedHash }), {
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    committed: false,
    expectedHash,
    actualHash: hashContent('now'),
  });
  assert.equal(textOf(place.at('file')), 'now');
  const written = await workspace.writeFile(place.at('file'), 'new', { expectedHash: hashContent('now') });
  matches(written.receipt, { compareAndSwap: oneOf('swap-verified', 'checked') });
});

test('expectedHash null is a file that must not be there', async (place) => {
  makeFiles(place.directory, { there: 'x' });
  const workspace = await place.open();
  const options = /** @type {const} */ ({ expectedHash: null, ifMissing: 'create' });
  await refuses(workspace.writeFile(place.at('there'), 'new', options), { committed: false });
  matches(await workspace.writeFile(place.at('new'), 'new', options), { outcome: 'created' });
  assert.equal(textOf(place.at('there')), 'x');
});

test('a batch has one result each, in order, and each failure for itself', async (place) => {
  const names = Array.from({ length: 60 }, (_, index) => `file${index}`);
  makeFiles(place.directory, Object.fromEntries(names.map((name) => [name, 'old'])));
  const workspace = await place.open();
  const results = await workspace.writeFiles([
    ...names.map((name) => ({ path: place.at(name), data: `new ${name}`, id: name })),
    { path: place.at('missing'), data: 'x' },
    { path: place.at('file0'), data: 'x', expectedHash: hashContent('never') },
    { path: 'relative', data: 'x' },
  ]);
  for (const [index, name] of names.entries()) {
    matches(results[index], { value: { id: name, outcome: 'replaced', hash: hashContent(`new ${name}`) } });
    assert.equal(textOf(place.at(name)), `new ${name}`);
  }
  const failed = ['ENOENT', 'ERR_PLOKE_CONTENT_MISMATCH', 'ERR_PLOKE_INVALID_PATH'];
  assert.deepEqual(outcomes(results.slice(-3)), failed);
});

test('one file twice in a batch has the last content', async (place) => {
  makeFiles(place.directory, { file: 'old' });
  const workspace = await place.open();
  const results = await workspace.writeFiles(['one', 'two', 'three'].map((data) => ({ path: place.at('file'), data })));
  assert.deepEqual(outcomes(results), ['ok', 'ok', 'ok']);
  assert.equal(textOf(place.at('file')), 'three');
});

test('splices of one file are one replace', async (place) => {
  makeFiles(place.directory, { file: 'eins zwei drei' });
  const workspace = await place.open();
  const expectedHash = hashContent('eins zwei drei');
  const results = await workspace.writeSnippets([
    { path: place.at('file'), find: 'drei', replacement: 'three' },
    { path: place.at('file'), start: 0, end: 4, replacement: 'one', expectedHash },
    { path: place.at('file'), start: 5, end: 9, replacement: 'two', expectedHash },
  ]);
  const hash = hashContent('one two three');
  matches(results, [
    { value: { applied: true, hash, previousHash: expectedHash } },
    { value: { start: 0, removed: 4, added: 3, hash } },
    { value: { hash } },
  ]);
  assert.equal(textOf(place.at('file')), 'one two three');
});

test('bytes outside of a splice never change', async (place) => {
  const text = `\ufeff${Array.from({ length: 500 }, (_, index) => `line ${index} ü${index % 2 ? '\r' : ''}\n`).join('')}`;
  makeFiles(place.directory, { file: text });
  const workspace = await place.open();
  await workspace.writeSnippets([{ path: place.at('file'), find: 'line 250 ü', replacement: 'that line' }]);
  assert.equal(textOf(place.at('file')), text.replace('line 250 ü', 'that line'));
});

test('a stale splice, an ambiguous one and overlapping ones are refused', async (place) => {
  makeFiles(place.directory, { file: 'x x' });
  const workspace = await place.open();
  const code = async (/** @type {any[]} */ ...edits) =>
    outcomes(
      await workspace.writeSnippets(edits.map((edit) => ({ path: place.at('file'), replacement: 'y', ...edit }))),
    );
  const expectedHash = hashContent('x x');
  assert.deepEqual(await code({ start: 0, end: 1, expectedHash: hashContent('') }), ['ERR_PLOKE_CONTENT_MISMATCH']);
  assert.deepEqual(await code({ find: 'x' }), ['ERR_PLOKE_EDIT_NOT_UNIQUE']);
  const [overlap] = await code({ start: 0, end: 2, expectedHash }, { start: 1, end: 3, expectedHash });
  assert.equal(overlap, 'ERR_PLOKE_EDIT_OVERLAP');
  assert.deepEqual(await code({ start: 0, end: 9, expectedHash }), ['ERR_PLOKE_RANGE']);
  assert.equal(textOf(place.at('file')), 'x x');
  assert.deepEqual(await code({ find: 'x', all: true }), ['ok']);
  assert.equal(textOf(place.at('file')), 'y y');
});

test('a dry run shows the change and makes none', async (place) => {
  makeFiles(place.directory, { file: 'one\ntwo\n' });
  const workspace = await place.open();
  const before = statSync(place.at('file'), { bigint: true });
  const edit = { path: place.at('file'), find: 'two', replacement: 'zwei' };
  matches(await workspace.writeSnippets([edit], { dryRun: true }), [
    { value: { applied: false, hash: hashContent('one\nzwei\n'), preview: /-two\n\+zwei\n/ } },
  ]);
  const after = statSync(place.at('file'), { bigint: true });
  assert.deepEqual([after.mtimeNs, after.ino], [before.mtimeNs, before.ino]);
});

test('a patch goes where it says, or where its text has moved to', async (place) => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`);
  makeFiles(place.directory, { file: lines.join(''), moved: `a\nb\n${lines.join('')}` });
  const workspace = await place.open();
  const diff = '--- a/file\n+++ b/file\n@@ -2,3 +2,3 @@\n line 2\n-line 3\n+LINE 3\n line 4\n';
  const results = await workspace.applyPatches(['file', 'moved'].map((name) => ({ path: place.at(name), diff })));
  matches(results, [
    { value: { applied: true, hunks: [{ line: 2, offset: 0, similarity: 1 }] } },
    { value: { applied: true, hunks: [{ line: 4, offset: 2, similarity: 1 }] } },
  ]);
  assert.equal(textOf(place.at('file')), lines.join('').replace('line 3\n', 'LINE 3\n'));
});

test('a patch keeps the line ends that the file has', async (place) => {
  makeFiles(place.directory, { file: 'one\r\ntwo\r\nthree\r\n' });
  const workspace = await place.open();
  const diff = '--- a/file\n+++ b/file\n@@ -1,3 +1,4 @@\n one\n-two\n+TWO\n+more\n three\n';
  assert.deepEqual(outcomes(await workspace.applyPatches([{ path: place.at('file'), diff }])), ['ok']);
  assert.equal(textOf(place.at('file')), 'one\r\nTWO\r\nmore\r\nthree\r\n');
});

test('patches make and remove files', async (place) => {
  makeFiles(place.directory, { old: 'one\n' });
  const workspace = await place.open();
  const parts = splitPatch(
    '--- a/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+one\n',
  );
  const results = await workspace.applyPatches(parts.map(({ path, diff }) => ({ path: place.at(path), diff })));
  matches(results, [{ value: { outcome: 'removed' } }, { value: { outcome: 'created', hash: hashContent('one\n') } }]);
  assert.deepEqual(namesIn(place.directory), ['new']);
});

test('a patch that fits nowhere changes nothing', async (place) => {
  makeFiles(place.directory, { file: 'one\n' });
  const workspace = await place.open();
  const diff = '--- a/file\n+++ b/file\n@@ -1 +1 @@\n-two\n+three\n';
  matches(await workspace.applyPatches([{ path: place.at('file'), diff }]), [
    { reason: { code: 'ERR_PLOKE_PATCH_CONFLICT', committed: false, actualHash: hashContent('one\n') } },
  ]);
  const broken = [{ path: place.at('file'), diff: 'no diff' }];
  assert.deepEqual(outcomes(await workspace.applyPatches(broken)), ['ERR_PLOKE_PATCH_SYNTAX']);
  assert.equal(textOf(place.at('file')), 'one\n');
});

test('an update sees the content, and tries again when another was faster', async (place) => {
  makeFiles(place.directory, { file: 'one' });
  const workspace = await place.open();
  let attempts = 0;
  const result = await workspace.updateFile(place.at('file'), (current) => {
    attempts += 1;
    if (attempts === 1) writeFileSync(place.at('file'), 'two');
    return `${current?.text}, changed`;
  });
  matches(result, { outcome: 'replaced', previousHash: hashContent('two') });
  assert.equal(textOf(place.at('file')), 'two, changed');
  assert.equal(attempts, 2);
});

test('calls at the same time are made one after the other', async (place) => {
  makeFiles(place.directory, { file: '0' });
  const workspace = await place.open();
  const other = await place.open();
  const adding = Array.from({ length: 40 }, (_, index) =>
    (index % 2 === 0 ? workspace : other).updateFile(place.at('file'), (current) => `${Number(current?.text) + 1}`, {
      maxAttempts: 100,
    }),
  );
  await Promise.all(adding);
  assert.equal(textOf(place.at('file')), '40');
});

test('a file with two names is refused, or written in place when that is allowed', async (place) => {
  makeFiles(place.directory, { file: 'before, and longer' });
  linkSync(place.at('file'), place.at('other'));
  const never = await place.open();
  await refuses(never.writeFile(place.at('file'), 'after'), { code: 'ERR_PLOKE_HARD_LINK', committed: false });
  const workspace = await place.open({ inPlace: 'when-required' });
  const { receipt } = await workspace.writeFile(place.at('file'), 'after');
  matches(receipt, { atomic: false });
  assert.equal(textOf(place.at('other')), 'after');
  assert.deepEqual(namesIn(place.directory), ['file', 'other']);
});

test('a file with two names can be read, unless that is refused', async (place) => {
  makeFiles(place.directory, { file: 'content' });
  linkSync(place.at('file'), place.at('other'));
  const workspace = await place.open();
  matches(await workspace.readFile(place.at('other')), { text: 'content' });
  matches(await workspace.stat(place.at('other')), { linkCount: 2 });
  const strict = await place.open({ allowHardLinks: false });
  await refuses(strict.readFile(place.at('other')), 'ERR_PLOKE_HARD_LINK');
});

test('an aborted call changes nothing', async (place) => {
  makeFiles(place.directory, { file: 'old' });
  const workspace = await place.open();
  const signal = AbortSignal.abort();
  await refuses(workspace.writeFile(place.at('file'), 'new', { signal }), 'ABORT_ERR');
  await refuses(workspace.createFile(place.at('new'), 'new', { signal }), 'ABORT_ERR');
  await refuses(workspace.removeFile(place.at('file'), { signal }), 'ABORT_ERR');
  assert.deepEqual(namesIn(place.directory), ['file']);
  assert.equal(textOf(place.at('file')), 'old');
});
