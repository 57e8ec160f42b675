// @ts-check
// The error table: codes, whether to try again, and what Node itself says of the same failure.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmdirSync } from 'node:fs';
import { any, matches, oneOf, refuses } from '../support/expect.mjs';
import { makeFiles } from '../support/files.mjs';
import { library, suiteOf } from '../support/harness.mjs';
import { isWindows } from '../support/settings.mjs';

const test = suiteOf('errors');
const { PlokeIoError, hashContent } = library;

/** @param {() => unknown} call @returns {NodeJS.ErrnoException} what node:fs throws */
function nodeError(call) {
  try {
    call();
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error);
  }
  assert.fail('node:fs did not fail');
}

test('a failure of the system has the code and the number that Node gives it', async (place) => {
  makeFiles(place.directory, { 'full/x': '' });
  const workspace = await place.open();
  const missing = nodeError(() => readFileSync(place.at('missing')));
  matches(await refuses(workspace.readFile(place.at('missing')), 'ENOENT'), {
    errno: missing.errno,
    syscall: any('string'),
  });
  const there = nodeError(() => mkdirSync(place.at('full')));
  matches(await refuses(workspace.createDirectory(place.at('full')), 'EEXIST'), { errno: there.errno });
  const full = nodeError(() => rmdirSync(place.at('full')));
  matches(await refuses(workspace.removeDirectory(place.at('full')), 'ENOTEMPTY'), { errno: full.errno });
});

test('each error is of the class, names the call and the path, and is a plain object in JSON', async (place) => {
  const workspace = await place.open();
  const error = await refuses(workspace.readFile(place.at('missing')), 'ENOENT');
  assert.ok(error instanceof PlokeIoError && error instanceof Error);
  matches(error, { operation: 'readFile', path: place.at('missing'), severity: 'fatal', retryable: false });
  const plain = JSON.parse(JSON.stringify(error));
  matches(plain, { code: 'ENOENT', operation: 'readFile', path: place.at('missing'), message: error.message });
});

test('a file in the place of a directory is ENOTDIR', async (place) => {
  makeFiles(place.directory, { file: 'x' });
  const workspace = await place.open();
  // Windows knows no such failure of its own: ERROR_PATH_NOT_FOUND is ENOENT.
  const code = isWindows ? oneOf('ENOTDIR', 'ENOENT') : 'ENOTDIR';
  await refuses(workspace.readFile(place.at('file', 'x')), { code, retryable: false });
  await refuses(workspace.createFile(place.at('file', 'x'), ''), { code, committed: false });
  await refuses(workspace.createFile(place.at('file', 'x', 'y'), '', { parents: true }), { committed: false });
});

test('a directory in the place of a file is EISDIR', async (place) => {
  mkdirSync(place.at('d'));
  const workspace = await place.open();
  await refuses(workspace.readFile(place.at('d')), { code: 'EISDIR', retryable: false });
  await refuses(workspace.writeFile(place.at('d'), 'x'), { code: 'EISDIR', committed: false });
  matches(await workspace.readFiles([{ path: place.at('d') }]), [{ reason: { code: 'EISDIR' } }]);
});

test('only what may pass by itself is retryable', async (place) => {
  makeFiles(place.directory, { file: 'now' });
  const workspace = await place.open({ lockTimeoutMs: 0 });
  const holder = await place.open();
  const retryable = async (/** @type {Promise<unknown>} */ refused, /** @type {string} */ code) =>
    (await refuses(refused, code)).retryable;
  const expectedHash = hashContent('before');
  assert.equal(
    await retryable(workspace.readFile(place.at('file'), { expectedHash }), 'ERR_PLOKE_CONTENT_MISMATCH'),
    false,
  );
  assert.equal(await retryable(workspace.readFile('relative'), 'ERR_PLOKE_INVALID_PATH'), false);
  assert.equal(await retryable(workspace.readFile(place.at('..')), 'ERR_PLOKE_OUTSIDE_ROOTS'), false);
  const lock = await holder.lock(place.at('file'));
  assert.equal(await retryable(workspace.lock(place.at('file')), 'ERR_PLOKE_LOCK_TIMEOUT'), true);
  await lock.release();
});

test('every wrong argument is named', async (place) => {
  makeFiles(place.directory, { file: 'x' });
  const workspace = await place.open();
  const file = place.at('file');
  const wrong = /** @type {[Promise<unknown>, RegExp][]} */ ([
    [workspace.readFile(file, /** @type {any} */ ({ encodng: 'utf8' })), /encodng/],
    [workspace.readFile(file, /** @type {any} */ ({ encoding: 'latin1' })), /encoding/],
    [workspace.readFile(file, { maxBytes: -1 }), /maxBytes/],
    [workspace.readFile(file, { expectedHash: /** @type {any} */ ('md5-x') }), /expectedHash/],
    [workspace.writeFile(file, /** @type {any} */ (7)), /data/],
    [workspace.writeFile(file, 'x', /** @type {any} */ ({ durability: 'maybe' })), /durability/],
    [workspace.createFile(file, 'x', /** @type {any} */ ({ ifExists: 'perhaps' })), /ifExists/],
    [workspace.lock(file, /** @type {any} */ ({ mode: 'both' })), /mode/],
  ]);
  for (const [refused, message] of wrong) await refuses(refused, { code: 'ERR_PLOKE_INVALID_ARGUMENT', message });
});

test('a closed workspace takes no more calls', async (place) => {
  makeFiles(place.directory, { file: 'in' });
  const workspace = await place.open();
  await workspace.close();
  await workspace.close();
  await refuses(workspace.readFile(place.at('file')), { code: 'ERR_PLOKE_CLOSED', retryable: false });
  await refuses(() => workspace.createReadStream(place.at('file')), 'ERR_PLOKE_CLOSED');
});

test('a root that was replaced is never followed to the other directory', async (place) => {
  makeFiles(place.directory, { 'ws/file': 'in', 'evil/file': 'EVIL' });
  const workspace = await place.open({ roots: [place.at('ws')] });
  let isMoved = true;
  try {
    renameSync(place.at('ws'), place.at('moved'));
    renameSync(place.at('evil'), place.at('ws'));
  } catch (error) {
    // Windows: a directory that is open may not be renamed by whoever does not share it so.
    matches(/** @type {NodeJS.ErrnoException} */ (error).code, oneOf('EPERM', 'EBUSY', 'EACCES'));
    assert.ok(isWindows);
    isMoved = false;
  }
  const outcome = await workspace.readFile(place.at('ws/file')).then(
    ({ text }) => text,
    ({ code }) => code,
  );
  matches(outcome, isMoved ? oneOf('in', 'ERR_PLOKE_ROOT_LOST') : 'in');
});

test('roots change at run time, and the old ones are outside then', async (place) => {
  makeFiles(place.directory, { 'a/file': 'in a', 'b/file': 'in b' });
  const workspace = await place.open({ roots: [place.at('a')] });
  await refuses(workspace.readFile(place.at('b/file')), 'ERR_PLOKE_OUTSIDE_ROOTS');
  await workspace.setRoots([place.at('b')]);
  matches(await workspace.readFile(place.at('b/file')), { text: 'in b' });
  await refuses(workspace.readFile(place.at('a/file')), 'ERR_PLOKE_OUTSIDE_ROOTS');
  assert.deepEqual(workspace.roots, [place.at('b')]);
});

test('calls are counted', async (place) => {
  makeFiles(place.directory, { file: 'x' });
  const workspace = await place.open();
  await workspace.readFile(place.at('file'));
  await refuses(workspace.readFile(place.at('missing')), 'ENOENT');
  matches(workspace.metrics().counters, { 'call.readFile': 2, 'error.ENOENT': 1 });
});

if (!isWindows && process.getuid?.() !== 0) {
  test('what must not be read is EACCES', async (place) => {
    makeFiles(place.directory, { file: 'x' });
    chmodSync(place.at('file'), 0o000);
    const workspace = await place.open();
    await refuses(workspace.readFile(place.at('file')), { code: 'EACCES', retryable: false });
  });
}
