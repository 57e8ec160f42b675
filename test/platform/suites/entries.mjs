// @ts-check
// Making, removing and renaming files and directories.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { matches, oneOf, outcomes, refuses } from '../support/expect.mjs';
import { makeFiles, namesIn, textOf } from '../support/files.mjs';
import { library, suiteOf } from '../support/harness.mjs';
import { OtherProcess } from '../support/other-process.mjs';
import { isWindows } from '../support/settings.mjs';

const test = suiteOf('entries');
const { hashContent } = library;

test('a file is created with its content whole', async (place) => {
  const workspace = await place.open();
  matches(await workspace.createFile(place.at('new'), 'content'), {
    path: place.at('new'),
    outcome: 'created',
    hash: hashContent('content'),
    previousHash: null,
    byteLength: 7,
    receipt: { atomic: true, lock: 'process', metadata: 'default' },
  });
  assert.equal(textOf(place.at('new')), 'content');
  assert.deepEqual(namesIn(place.directory), ['new']);
});

test('nothing that is there is created over', async (place) => {
  makeFiles(place.directory, { there: 'old', 'directory/x': '' });
  const workspace = await place.open();
  for (const name of ['there', 'directory']) {
    await refuses(workspace.createFile(place.at(name), 'new'), { code: 'EEXIST', committed: false });
  }
  assert.equal(textOf(place.at('there')), 'old');
  assert.deepEqual(namesIn(place.directory), ['directory', 'there']);
});

test('what is there is replaced or kept when told to', async (place) => {
  makeFiles(place.directory, { there: 'old' });
  const workspace = await place.open();
  const hash = hashContent('old');
  matches(await workspace.createFile(place.at('there'), 'new', { ifExists: 'keep' }), { outcome: 'unchanged', hash });
  matches(await workspace.createFile(place.at('there'), 'new', { ifExists: 'replace' }), {
    outcome: 'replaced',
    previousHash: hash,
  });
  assert.equal(textOf(place.at('there')), 'new');
});

test('parents are made only when told to', async (place) => {
  const workspace = await place.open();
  await refuses(workspace.createFile(place.at('a/b/c'), 'x'), { code: 'ENOENT', committed: false });
  await workspace.createFile(place.at('a/b/c'), 'x', { parents: true });
  assert.equal(textOf(place.at('a/b/c')), 'x');
});

test('many files are created together, with the directories that they share', async (place) => {
  const workspace = await place.open();
  const files = Array.from({ length: 60 }, (_, index) => ({
    path: place.at(`d${index % 5}/e/f${index}`),
    data: `${index}`,
  }));
  const results = await workspace.createFiles([...files, { path: place.at('d0/e/f0'), data: 'again' }], {
    parents: true,
  });
  assert.deepEqual(outcomes(results), [...files.map(() => 'ok'), 'EEXIST']);
  for (const { path, data } of files) assert.equal(textOf(path), data);
});

test('of processes that create one file, one does', async (place) => {
  const files = Array.from({ length: 20 }, (_, index) => place.at(`file${index}`));
  const others = ['a', 'b', 'c'].map((name) => ({
    name,
    process: new OtherProcess(place, 'caller', {
      root: place.directory,
      calls: [['createFiles', files.map((path) => ({ path, data: name.repeat(1_000) }))]],
    }),
  }));
  for (const { process } of others) await process.said('ready');
  for (const { process } of others) process.tell('go');
  const results = [];
  for (const { process } of others) results.push((await process.said('answer')).value);
  for (const [index, file] of files.entries()) {
    const winners = others.filter((_, other) => results[other][index].status === 'fulfilled');
    assert.equal(winners.length, 1, `${winners.length} processes created ${file}`);
    assert.equal(textOf(file), winners[0]?.name.repeat(1_000));
    const losers = results.map((answers) => answers[index]).filter(({ status }) => status === 'rejected');
    for (const { reason } of losers) matches(reason, { code: 'EEXIST' });
  }
});

test('a file is removed, if it is what is expected', async (place) => {
  makeFiles(place.directory, { file: 'now' });
  const workspace = await place.open();
  await refuses(workspace.removeFile(place.at('file'), { expectedHash: hashContent('before') }), {
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    actualHash: hashContent('now'),
  });
  assert.equal(textOf(place.at('file')), 'now');
  const expectedHash = hashContent('now');
  matches(await workspace.removeFile(place.at('file'), { expectedHash }), { outcome: 'removed' });
  assert.deepEqual(namesIn(place.directory), []);
  await refuses(workspace.removeFile(place.at('file')), { code: 'ENOENT', committed: false });
});

test('a directory is no file to remove', async (place) => {
  mkdirSync(place.at('directory'));
  const workspace = await place.open();
  await refuses(workspace.removeFile(place.at('directory')), { code: oneOf('EISDIR', 'EPERM') });
  assert.deepEqual(namesIn(place.directory), ['directory']);
});

test('a file is renamed, and overwrites nothing unless told to', async (place) => {
  makeFiles(place.directory, { a: 'A', b: 'B' });
  const workspace = await place.open();
  await refuses(workspace.rename(place.at('a'), place.at('b')), { code: 'EEXIST', committed: false });
  assert.equal(textOf(place.at('b')), 'B');
  matches(await workspace.rename(place.at('a'), place.at('b'), { ifExists: 'replace' }), { outcome: 'renamed' });
  assert.equal(textOf(place.at('b')), 'A');
  await refuses(workspace.rename(place.at('b'), place.at('x/y')), { code: 'ENOENT' });
  await workspace.rename(place.at('b'), place.at('x/y'), { parents: true });
  assert.equal(textOf(place.at('x/y')), 'A');
});

test('only the content that is expected is renamed', async (place) => {
  makeFiles(place.directory, { a: 'A' });
  const workspace = await place.open();
  const stale = workspace.rename(place.at('a'), place.at('b'), { expectedHash: hashContent('B') });
  await refuses(stale, { code: 'ERR_PLOKE_CONTENT_MISMATCH', actualHash: hashContent('A') });
  await workspace.rename(place.at('a'), place.at('b'), { expectedHash: hashContent('A') });
  assert.deepEqual(namesIn(place.directory), ['b']);
});

test('a directory is renamed with everything in it, and not into itself', async (place) => {
  makeFiles(place.directory, { 'd/sub/f': 'F', 'full/x': '' });
  const workspace = await place.open();
  await refuses(workspace.rename(place.at('d'), place.at('d/sub/d')), { committed: false });
  assert.equal(textOf(place.at('d/sub/f')), 'F');
  await workspace.rename(place.at('d'), place.at('e'));
  assert.equal(textOf(place.at('e/sub/f')), 'F');
  await refuses(workspace.rename(place.at('e'), place.at('full'), { ifExists: 'replace' }), { committed: false });
  assert.equal(textOf(place.at('e/sub/f')), 'F');
});

test('a directory is made once, and with parents as often as asked', async (place) => {
  const workspace = await place.open();
  matches(await workspace.createDirectory(place.at('a')), { path: place.at('a'), outcome: 'created' });
  await refuses(workspace.createDirectory(place.at('a')), { code: 'EEXIST', committed: false });
  await refuses(workspace.createDirectory(place.at('b/c')), { code: 'ENOENT' });
  matches(await workspace.createDirectory(place.at('b/c'), { parents: true }), { outcome: 'created' });
  matches(await workspace.createDirectory(place.at('b/c'), { parents: true }), { outcome: 'unchanged' });
});

test('directories that overlap are made by many calls at once', async (place) => {
  const workspace = await place.open();
  const names = Array.from({ length: 60 }, (_, index) => place.at(`x/${index % 5}/${index % 10}/${index % 20}`));
  await Promise.all(names.map((name) => workspace.createDirectory(name, { parents: true })));
  for (const name of names) assert.ok(statSync(name).isDirectory());
});

test('a directory is removed when it is empty, and with everything only when told to', async (place) => {
  makeFiles(place.directory, { 'a/b/f': '', 'a/g': '' });
  const workspace = await place.open();
  await refuses(workspace.removeDirectory(place.at('a')), { code: 'ENOTEMPTY', committed: false });
  matches(await workspace.removeDirectory(place.at('a'), { recursive: true }), { outcome: 'removed' });
  assert.ok(!existsSync(place.at('a')));
  mkdirSync(place.at('empty'));
  matches(await workspace.removeDirectory(place.at('empty')), { outcome: 'removed' });
  await refuses(workspace.removeDirectory(place.at('empty')), { code: 'ENOENT' });
});

if (isWindows) {
  test('a file that is read-only stays read-only when it is replaced', async (place) => {
    makeFiles(place.directory, { file: 'old' });
    chmodSync(place.at('file'), 0o444);
    const workspace = await place.open();
    const outcome = await workspace.writeFile(place.at('file'), 'new').then(
      ({ outcome }) => outcome,
      ({ code }) => code,
    );
    matches(outcome, oneOf('replaced', 'EPERM', 'EACCES'));
    assert.equal(statSync(place.at('file')).mode & 0o222, 0);
    chmodSync(place.at('file'), 0o666);
  });
} else {
  test('a mode that is given is exactly the mode, and the default is the one of the system', async (place) => {
    const workspace = await place.open();
    await workspace.createFile(place.at('own'), 'x', { mode: 0o640 });
    await workspace.createFile(place.at('default'), 'x');
    await workspace.createDirectory(place.at('directory'), { mode: 0o700 });
    const modeOf = (/** @type {string} */ name) => statSync(place.at(name)).mode & 0o777;
    assert.equal(modeOf('own'), 0o640);
    assert.equal(modeOf('default'), 0o666 & ~process.umask());
    assert.equal(modeOf('directory'), 0o700);
  });

  test('a replaced file keeps its mode', async (place) => {
    makeFiles(place.directory, { file: 'old' });
    const workspace = await place.open();
    for (const mode of [0o600, 0o755, 0o604, 0o444]) {
      chmodSync(place.at('file'), mode);
      matches((await workspace.writeFile(place.at('file'), `${mode}`)).receipt, { metadata: 'preserved' });
      assert.equal(statSync(place.at('file')).mode & 0o777, mode);
    }
  });
}
