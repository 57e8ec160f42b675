// @ts-check
// Scans, listings, and what is told of one entry.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { any, collect, matches, refuses } from '../support/expect.mjs';
import { below, makeFiles } from '../support/files.mjs';
import { library, suiteOf } from '../support/harness.mjs';

const test = suiteOf('scanning');
const { hashContent, packKnownFiles } = library;

for (const verify of /** @type {const} */ (['content', 'stamp'])) {
  test(`a scan by ${verify} finds exactly what changed, in the order it was given`, async (place) => {
    makeFiles(place.directory, { a: 'a', b: 'b', 'd/c': 'c', 'd/e': 'e', f: 'f' });
    const workspace = await place.open();
    const listed = await collect(workspace.listFiles({ hash: true }));
    const known = listed.map((file, index) => ({ ...file, id: `id${index}` })).reverse();
    writeFileSync(place.at('b'), 'B');
    rmSync(place.at('d/c'));
    // Same size, and the time put back: only the content, or the time of the change, tells.
    writeFileSync(place.at('f'), 'F');
    utimesSync(place.at('f'), 1, 1);
    const scan = await workspace.scanChanges(known, { verify });
    assert.deepEqual(scan.failures, []);
    matches(scan.changes, [
      { index: 0, id: 'id4', path: place.at('f'), before: hashContent('f'), after: hashContent('F') },
      { index: 2, id: 'id2', path: place.at('d', 'c'), before: hashContent('c'), after: null, stamp: null },
      { index: 3, id: 'id1', path: place.at('b'), before: hashContent('b'), after: hashContent('B') },
    ]);
    assert.deepEqual(
      [...scan.known].map((file) => file.hash),
      ['F', 'e', 'B', 'a'].map((text) => hashContent(text)),
    );
    assert.deepEqual((await workspace.scanChanges(scan.known, { verify })).changes, []);
  });
}

test('a rewrite with the same content is no change', async (place) => {
  makeFiles(place.directory, { a: 'a' });
  const workspace = await place.open();
  const known = await collect(workspace.listFiles({ hash: true }));
  rmSync(place.at('a'));
  writeFileSync(place.at('a'), 'a');
  for (const verify of /** @type {const} */ (['stamp', 'content'])) {
    assert.deepEqual((await workspace.scanChanges(known, { verify })).changes, []);
  }
});

test('a known set is packed, goes through JSON and is scanned alike', async (place) => {
  const names = Array.from({ length: 500 }, (_, index) => `d${index % 11}/file${index}`);
  makeFiles(place.directory, Object.fromEntries(names.map((name) => [name, name])));
  const workspace = await place.open();
  const packed = packKnownFiles(await collect(workspace.listFiles({ hash: true })));
  const again = packKnownFiles(JSON.parse(JSON.stringify(packed)));
  assert.equal(again.size, 500);
  writeFileSync(place.at('d3/file3'), 'changed');
  for (const known of [packed, again, [...packed]]) {
    const { changes, known: next } = await workspace.scanChanges(known);
    matches(changes, [{ path: place.at('d3', 'file3'), after: hashContent('changed') }]);
    assert.equal(next.size, 500);
  }
});

test('what cannot be scanned is a failure of its own', async (place) => {
  makeFiles(place.directory, { a: 'a' });
  mkdirSync(place.at('directory'));
  const workspace = await place.open();
  const hash = hashContent('a');
  const { changes, failures } = await workspace.scanChanges([
    { path: place.at('directory'), hash },
    { path: place.at('a'), hash },
    { path: 'relative', hash },
  ]);
  assert.deepEqual(changes, []);
  matches(failures, [
    { index: 0, reason: { code: 'EISDIR' } },
    { index: 2, reason: { code: 'ERR_PLOKE_INVALID_PATH' } },
  ]);
});

test('files are listed depth first, in the order of their bytes', async (place) => {
  makeFiles(place.directory, { b: '', 'a/z': '', 'a/b/c': '', 'a.b': '', é: '', 漢: '', '😀': '' });
  const workspace = await place.open();
  const listed = await collect(workspace.listFiles());
  assert.deepEqual(
    listed.map((entry) => below(place.directory, entry.path)),
    ['a/b/c', 'a/z', 'a.b', 'b', 'é', '漢', '😀'],
  );
});

test('a listing tells type, length, stamp and, when asked, the hash', async (place) => {
  makeFiles(place.directory, { 'd/file': 'content' });
  const workspace = await place.open();
  matches(await collect(workspace.listFiles({ hash: true, types: ['file', 'directory'] })), [
    { path: place.at('d'), type: 'directory' },
    { path: place.at('d', 'file'), type: 'file', byteLength: 7, stamp: any('string'), hash: hashContent('content') },
  ]);
  matches(await collect(workspace.listFiles({ under: place.at('d') })), [{ path: place.at('d', 'file') }]);
  await refuses(collect(workspace.listFiles({ under: place.at('missing') })), 'ENOENT');
});

test('.gitignore files apply where they lie', async (place) => {
  makeFiles(place.directory, {
    '.gitignore': '*.log\n/top\nbuild/\n!keep.log\n',
    'a.log': '',
    'keep.log': '',
    top: '',
    'd/top': '',
    'd/x.log': '',
    'd/build/x': '',
    'e/.gitignore': '/f\n*.txt\r\n',
    'e/f': '',
    'e/g': '',
    'e/h.txt': '',
    'd/f': '',
    'd/h.txt': '',
  });
  const workspace = await place.open();
  const listed = await collect(workspace.listFiles({ gitignore: true }));
  const names = listed
    .map((entry) => below(place.directory, entry.path))
    .filter((name) => !name.endsWith('.gitignore'));
  assert.deepEqual(names, ['d/f', 'd/h.txt', 'd/top', 'e/g', 'keep.log']);
});

test('the patterns of the workspace and of the call apply', async (place) => {
  makeFiles(place.directory, { '.git/config': '', 'node_modules/m': '', 'src/a.log': '', 'src/a': '' });
  const workspace = await place.open();
  const names = async (/** @type {any} */ options) =>
    (await collect(workspace.listFiles(options))).map((entry) => below(place.directory, entry.path));
  assert.deepEqual(await names({}), ['src/a', 'src/a.log']);
  assert.deepEqual(await names({ ignore: ['*.log', 'node_modules/'] }), ['.git/config', 'src/a']);
});

test('a directory is listed by name, without the folder of the library', async (place) => {
  makeFiles(place.directory, { b: 'bb', 'a/x': '', c: '' });
  const workspace = await place.open();
  await workspace.createFile(place.at('d'), '');
  matches(await workspace.listDirectory(place.directory), [
    { name: 'a', path: place.at('a'), type: 'directory' },
    { name: 'b', type: 'file', byteLength: 2, modifiedMs: any('number') },
    { name: 'c', type: 'file' },
    { name: 'd', type: 'file' },
  ]);
  await refuses(workspace.listDirectory(place.at('b')), 'ENOTDIR');
  await refuses(workspace.listDirectory(place.at('missing')), 'ENOENT');
});

test('stat tells what the system tells', async (place) => {
  makeFiles(place.directory, { file: 'content' });
  const workspace = await place.open();
  const { size, mtimeMs, nlink } = statSync(place.at('file'));
  const info = await workspace.stat(place.at('file'));
  matches(info, { path: place.at('file'), type: 'file', byteLength: size, linkCount: nlink, stamp: any('string') });
  assert.ok(Math.abs(info.modifiedMs - mtimeMs) < 1, `${info.modifiedMs} is not ${mtimeMs}`);
  matches(await workspace.stat(place.directory), { type: 'directory' });
  assert.equal(await workspace.stat(place.at('missing'), { throwIfNoEntry: false }), undefined);
});
