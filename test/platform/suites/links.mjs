// @ts-check
// Links below a root: what each policy makes of them. On Windows directories are linked by junctions as well.
import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { policies } from '../cases/run-case.mjs';
import { collect, matches, oneOf, refuses } from '../support/expect.mjs';
import { makeFiles, namesIn, textOf } from '../support/files.mjs';
import { suiteOf } from '../support/harness.mjs';
import { isWindows } from '../support/settings.mjs';

const test = suiteOf('links');

/** @typedef {import('../support/harness.mjs').Place} Place */

/** A root `ws` and what lies outside of it. @param {Place} place */
function prepare(place) {
  makeFiles(place.directory, { 'ws/file': 'in', 'ws/d/file': 'in', 'out/secret': 'SECRET', 'second/file': 'in' });
  return { roots: [place.at('ws')] };
}

/** @param {string} target @param {string} link @param {'file' | 'dir' | 'junction'} type of the target, for Windows */
const link = (target, link, type) => symlinkSync(target, link, type);

const refusedOutside = oneOf('ERR_PLOKE_SYMLINK_ESCAPE');

test('a link within the root is followed, unless links are denied', async (place) => {
  const options = prepare(place);
  link('file', place.at('ws/l'), 'file');
  for (const symlinks of policies) {
    const workspace = await place.open({ ...options, symlinks });
    if (symlinks === 'deny') await refuses(workspace.readFile(place.at('ws/l')), 'ERR_PLOKE_SYMLINK_DENIED');
    else matches(await workspace.readFile(place.at('ws/l')), { text: 'in' });
  }
});

test('a linked directory within the root is followed, unless links are denied', async (place) => {
  const options = prepare(place);
  link('d', place.at('ws/l'), 'dir');
  for (const symlinks of policies) {
    const workspace = await place.open({ ...options, symlinks });
    if (symlinks === 'deny') await refuses(workspace.readFile(place.at('ws/l/file')), 'ERR_PLOKE_SYMLINK_DENIED');
    else matches(await workspace.readFile(place.at('ws/l/file')), { text: 'in' });
  }
});

test('a link out of the roots is refused by every policy and every operation, and tells nothing', async (place) => {
  const options = prepare(place);
  link(place.at('out/secret'), place.at('ws/absolute'), 'file');
  link('../out/secret', place.at('ws/relative'), 'file');
  link(place.at('out/missing'), place.at('ws/dangling'), 'file');
  for (const symlinks of policies) {
    const workspace = await place.open({ ...options, symlinks });
    const code = symlinks === 'deny' ? 'ERR_PLOKE_SYMLINK_DENIED' : refusedOutside;
    for (const name of ['absolute', 'relative', 'dangling']) {
      const path = place.at('ws', name);
      const error = await refuses(workspace.readFile(path), { code });
      assert.ok(!`${error.message} ${JSON.stringify(error)}`.includes(place.at('out')), error.message);
      await refuses(workspace.writeFile(path, 'new'), { code });
      await refuses(collect(workspace.createReadStream(path)), { code });
      await refuses(workspace.stat(path), { code });
      await refuses(workspace.lock(path), { code });
      matches(await workspace.readSnippets([{ path, start: 0, end: 1 }]), [{ reason: { code } }]);
    }
  }
  assert.equal(textOf(place.at('out/secret')), 'SECRET');
  assert.deepEqual(namesIn(place.at('out')), ['secret']);
});

test('a linked directory out of the roots is refused, whatever is done below it', async (place) => {
  const options = prepare(place);
  link(place.at('out'), place.at('ws/l'), 'dir');
  for (const symlinks of policies) {
    const workspace = await place.open({ ...options, symlinks });
    const code = symlinks === 'deny' ? 'ERR_PLOKE_SYMLINK_DENIED' : refusedOutside;
    await refuses(workspace.readFile(place.at('ws/l/secret')), { code });
    await refuses(workspace.createFile(place.at('ws/l/new'), 'x'), { code });
    await refuses(workspace.createDirectory(place.at('ws/l/new')), { code });
    await refuses(workspace.removeFile(place.at('ws/l/secret')), { code });
    await refuses(workspace.listDirectory(place.at('ws/l')), { code });
    await refuses(workspace.rename(place.at('ws/file'), place.at('ws/l/file')), { code });
  }
  assert.deepEqual(namesIn(place.at('out')), ['secret']);
});

test('dots after a link are taken by name', async (place) => {
  const options = prepare(place);
  link('../out', place.at('ws/l'), 'dir');
  const workspace = await place.open(options);
  matches(await workspace.readFile(place.at('ws/d', '..', 'file')), { text: 'in' });
  matches(await workspace.readFile(`${place.at('ws')}/l/../file`), { text: 'in' });
});

test('a link to another root is refused by default, and followed by follow', async (place) => {
  prepare(place);
  link(place.at('second/file'), place.at('ws/l'), 'file');
  const roots = [place.at('ws'), place.at('second')];
  const careful = await place.open({ roots });
  await refuses(careful.readFile(place.at('ws/l')), 'ERR_PLOKE_CROSS_ROOT');
  const following = await place.open({ roots, symlinks: 'follow' });
  matches(await following.readFile(place.at('ws/l')), { text: 'in' });
});

test('a circle of links is ELOOP', async (place) => {
  const options = prepare(place);
  link('b', place.at('ws/a'), 'file');
  link('a', place.at('ws/b'), 'file');
  const workspace = await place.open(options);
  await refuses(workspace.readFile(place.at('ws/a')), 'ELOOP');
});

test('what is written to a link replaces its target, and the link stays', async (place) => {
  const options = prepare(place);
  link('d/file', place.at('ws/l'), 'file');
  const workspace = await place.open(options);
  matches(await workspace.writeFile(place.at('ws/l'), 'new'), { outcome: 'replaced', receipt: { atomic: true } });
  assert.ok(lstatSync(place.at('ws/l')).isSymbolicLink());
  assert.equal(textOf(place.at('ws/d/file')), 'new');
});

test('a link is removed and renamed itself', async (place) => {
  const options = prepare(place);
  link('file', place.at('ws/l'), 'file');
  for (const symlinks of policies) {
    const workspace = await place.open({ ...options, symlinks });
    await workspace.rename(place.at('ws/l'), place.at('ws/m'));
    assert.equal(readlinkSync(place.at('ws/m')), 'file');
    await workspace.rename(place.at('ws/m'), place.at('ws/l'));
  }
  const workspace = await place.open(options);
  await workspace.removeFile(place.at('ws/l'));
  assert.equal(textOf(place.at('ws/file')), 'in');
});

test('nothing is created over a link, a dangling one included', async (place) => {
  const options = prepare(place);
  link('file', place.at('ws/l'), 'file');
  link('nowhere', place.at('ws/dangling'), 'file');
  const workspace = await place.open(options);
  for (const name of ['ws/l', 'ws/dangling']) {
    await refuses(workspace.createFile(place.at(name), 'x'), { code: 'EEXIST', committed: false });
    await refuses(workspace.createDirectory(place.at(name)), { code: 'EEXIST' });
  }
  assert.ok(!existsSync(place.at('ws/nowhere')));
});

test('a tree is removed with the links in it, and without what they lead to', async (place) => {
  const options = prepare(place);
  mkdirSync(place.at('ws/tree'));
  link('../d', place.at('ws/tree/in'), 'dir');
  link(place.at('out'), place.at('ws/tree/out'), 'dir');
  const workspace = await place.open(options);
  await workspace.removeDirectory(place.at('ws/tree'), { recursive: true });
  assert.deepEqual(namesIn(place.at('ws')), ['d', 'file']);
  assert.deepEqual(namesIn(place.at('ws/d')), ['file']);
  assert.deepEqual(namesIn(place.at('out')), ['secret']);
});

test('listings name links and do not descend into them', async (place) => {
  const options = prepare(place);
  link('d', place.at('ws/in'), 'dir');
  link(place.at('out'), place.at('ws/out'), 'dir');
  const workspace = await place.open(options);
  matches(await collect(workspace.listFiles({ types: ['file', 'symlink'] })), [
    { path: place.at('ws', 'd', 'file'), type: 'file' },
    { path: place.at('ws', 'file'), type: 'file' },
    { path: place.at('ws', 'in'), type: 'symlink' },
    { path: place.at('ws', 'out'), type: 'symlink' },
  ]);
  matches(await workspace.stat(place.at('ws/out'), { followLinks: false }), { type: 'symlink' });
});

test('a root may be reached by a link, and paths come back as the root is spelt', async (place) => {
  prepare(place);
  link('ws', place.at('root'), 'dir');
  const workspace = await place.open({ roots: [place.at('root')] });
  matches(await workspace.readFile(place.at('root', 'file')), { text: 'in', path: place.at('root', 'file') });
  matches(await workspace.readFile(place.at('ws', 'file')), { text: 'in' });
});

if (isWindows) {
  test('a junction within the root is a link that the policy judges', async (place) => {
    const options = prepare(place);
    link(place.at('ws/d'), place.at('ws/l'), 'junction');
    const following = await place.open({ ...options, symlinks: 'follow' });
    matches(await following.readFile(place.at('ws/l/file')), { text: 'in' });
    const denying = await place.open({ ...options, symlinks: 'deny' });
    await refuses(denying.readFile(place.at('ws/l/file')), 'ERR_PLOKE_SYMLINK_DENIED');
  });

  test('a junction out of the roots is refused by every policy', async (place) => {
    const options = prepare(place);
    link(place.at('out'), place.at('ws/l'), 'junction');
    for (const symlinks of policies) {
      const workspace = await place.open({ ...options, symlinks });
      const code = symlinks === 'deny' ? 'ERR_PLOKE_SYMLINK_DENIED' : refusedOutside;
      await refuses(workspace.readFile(place.at('ws/l/secret')), { code });
      await refuses(workspace.createFile(place.at('ws/l/new'), 'x'), { code });
      await refuses(workspace.listDirectory(place.at('ws/l')), { code });
    }
    assert.deepEqual(namesIn(place.at('out')), ['secret']);
  });

  test('a tree is removed with the junctions in it, and without what they lead to', async (place) => {
    const options = prepare(place);
    mkdirSync(place.at('ws/tree'));
    link(place.at('out'), place.at('ws/tree/out'), 'junction');
    const workspace = await place.open(options);
    await workspace.removeDirectory(place.at('ws/tree'), { recursive: true });
    assert.deepEqual(namesIn(place.at('out')), ['secret']);
  });
}
