// @ts-check
// Locks between processes.
import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { matches, oneOf, refuses, that, until } from '../support/expect.mjs';
import { makeFiles, textOf } from '../support/files.mjs';
import { library, suiteOf } from '../support/harness.mjs';
import { OtherProcess } from '../support/other-process.mjs';

const test = suiteOf('locking');
const timeout = { code: 'ERR_PLOKE_LOCK_TIMEOUT', retryable: true };

/**
 * A file, a workspace that does not wait, and another process that holds the lock.
 *
 * @param {import('../support/harness.mjs').Place} place @param {Record<string, unknown>} [options] of the holder's lock
 */
async function heldElsewhere(place, options) {
  makeFiles(place.directory, { file: 'content' });
  const file = place.at('file');
  const holder = new OtherProcess(place, 'lock-holder', { root: place.directory, file, options });
  const { scope } = await holder.said('held');
  const workspace = await place.open({ lockTimeoutMs: 0 });
  return { file, holder, scope, workspace };
}

test('a lock says what it is, and is released once or more', async (place) => {
  makeFiles(place.directory, { file: 'content' });
  const workspace = await place.open();
  const lock = await workspace.lock(place.at('file'));
  matches(lock, { path: place.at('file'), mode: 'exclusive', scope: oneOf('host', 'cluster', 'unproven') });
  assert.equal(lock.signal.aborted, false);
  await lock.release();
  await lock.release();
  await (await workspace.lock(place.at('file'))).release();
});

test('an exclusive lock keeps out both kinds of another process', async (place) => {
  const { file, holder, workspace } = await heldElsewhere(place);
  await refuses(workspace.lock(file), timeout);
  await refuses(workspace.lock(file, { mode: 'shared' }), timeout);
  holder.tell('release');
  await holder.ended();
  await (await workspace.lock(file)).release();
});

test('a shared lock keeps out exclusive ones and lets in shared ones', async (place) => {
  const { file, holder, workspace } = await heldElsewhere(place, { mode: 'shared' });
  await refuses(workspace.lock(file), timeout);
  const shared = await workspace.lock(file, { mode: 'shared' });
  matches(shared, { mode: 'shared' });
  await shared.release();
  holder.tell('release');
  await holder.ended();
  await (await workspace.lock(file)).release();
});

test('a lock keeps out the writes of another process, and no reads', async (place) => {
  const { file, workspace } = await heldElsewhere(place);
  await refuses(workspace.writeFile(file, 'new'), { ...timeout, committed: false });
  await refuses(workspace.removeFile(file), timeout);
  await refuses(workspace.rename(file, place.at('other')), timeout);
  matches(await workspace.writeSnippets([{ path: file, find: 'content', replacement: 'x' }]), [{ reason: timeout }]);
  matches(await workspace.readFile(file), { text: 'content' });
  matches(await workspace.createFile(place.at('new'), 'x'), { outcome: 'created' });
});

test('a lock of one file says nothing about another', async (place) => {
  const { workspace } = await heldElsewhere(place);
  makeFiles(place.directory, { other: 'x' });
  matches(await workspace.writeFile(place.at('other'), 'new'), { outcome: 'replaced' });
});

test('a timeout says who holds the lock, and what for', async (place) => {
  const { file, holder, workspace } = await heldElsewhere(place, { purpose: 'rebuilding the index' });
  const error = await refuses(workspace.lock(file, { lockTimeoutMs: 1 }), timeout);
  matches(error.details.holders, [
    {
      pid: oneOf(holder.pid, null),
      mode: 'exclusive',
      purpose: 'rebuilding the index',
      source: oneOf('kernel', 'record'),
    },
  ]);
  assert.match(error.message, /rebuilding the index/);
});

test('the holder is told by the number of his process, where the system tells it', async (place) => {
  const { file, holder, workspace } = await heldElsewhere(place);
  const error = await refuses(workspace.lock(file), timeout);
  // Elsewhere a holder is known who wrote down a purpose.
  matches(error.details.holders, process.platform === 'linux' ? [{ pid: holder.pid }] : []);
});

test('who waits gets the lock when it is released', async (place) => {
  const { file, holder, workspace } = await heldElsewhere(place);
  const waiting = workspace.lock(file, { lockTimeoutMs: 600_000 });
  holder.tell('release');
  const lock = await waiting;
  await refuses(workspace.lock(file), timeout);
  await lock.release();
});

test('who waits gets the lock when its holder is killed', async (place) => {
  const { file, holder, workspace } = await heldElsewhere(place);
  const waiting = workspace.writeFile(file, 'new', { lockTimeoutMs: 600_000 });
  await holder.kill();
  matches(await waiting, { outcome: 'replaced' });
  assert.equal(textOf(file), 'new');
});

test('a wait ends with its signal, whenever that comes, and leaves nothing behind', async (place) => {
  const { file, holder, workspace } = await heldElsewhere(place);
  for (let turns = 0; turns < 20; turns += 1) {
    const controller = new AbortController();
    const waiting = workspace.lock(file, { lockTimeoutMs: 600_000, signal: controller.signal });
    const refused = refuses(waiting, { code: 'ABORT_ERR', name: 'AbortError' });
    for (let count = 0; count < turns; count += 1) await turn();
    controller.abort(new Error('enough'));
    await refused;
  }
  holder.tell('release');
  await holder.ended();
  await (await workspace.lock(file)).release();
});

test('a wait of a call ends with its signal, and the file is as it was', async (place) => {
  const { file, workspace } = await heldElsewhere(place);
  const controller = new AbortController();
  const writing = workspace.writeFile(file, 'new', { lockTimeoutMs: 600_000, signal: controller.signal });
  await until(() => (workspace.metrics().counters['lock.waits'] ?? 0) > 0, 'the wait');
  controller.abort();
  await refuses(writing, { code: 'ABORT_ERR', committed: oneOf(false, undefined) });
  assert.equal(textOf(file), 'content');
});

test('close ends what waits', async (place) => {
  const { file } = await heldElsewhere(place);
  const workspace = await library.openWorkspace({ roots: [place.directory], durability: 'none' });
  const refused = refuses(workspace.lock(file, { lockTimeoutMs: 1_000 }), {
    code: oneOf('ERR_PLOKE_CLOSED', 'ABORT_ERR', timeout.code),
  });
  await workspace.close();
  await refused;
});

test('the lock goes on to the version that is written under it', async (place) => {
  makeFiles(place.directory, { file: 'one' });
  const file = place.at('file');
  const workspace = await place.open();
  const lock = await workspace.lock(file);
  for (const text of ['two', 'three']) await workspace.writeFile(file, text, { lock });
  assert.equal(lock.signal.aborted, false);
  const other = new OtherProcess(place, 'caller', {
    root: place.directory,
    options: { lockTimeoutMs: 0 },
    calls: [['writeFile', file, 'theirs']],
  });
  other.tell('go');
  matches(await other.said('answer'), { error: { code: timeout.code } });
  await lock.release();
  assert.equal(textOf(file), 'three');
});

test('a call with a lock of another file, or a released one, is refused', async (place) => {
  makeFiles(place.directory, { file: 'one', other: 'two' });
  const workspace = await place.open();
  const lock = await workspace.lock(place.at('other'));
  await refuses(workspace.writeFile(place.at('file'), 'x', { lock }), { committed: false });
  await lock.release();
  await refuses(workspace.writeFile(place.at('other'), 'x', { lock }), { code: 'ERR_PLOKE_LOCK_LOST' });
  assert.equal(textOf(place.at('file')), 'one');
});

test('a lock is lost when another program replaces or removes the file', async (place) => {
  makeFiles(place.directory, { file: 'one', new: 'two' });
  const file = place.at('file');
  const workspace = await place.open();
  const replaced = await workspace.lock(file);
  renameSync(place.at('new'), file);
  await until(() => replaced.signal.aborted, 'the signal of the lock');
  matches(replaced.signal.reason, { code: 'ERR_PLOKE_LOCK_LOST', path: file });
  await replaced.release();
  const removed = await workspace.lock(file);
  rmSync(file);
  await until(() => removed.signal.aborted, 'the signal of the lock');
  await removed.release();
});

test("locking: 'process' keeps out this process alone", async (place) => {
  makeFiles(place.directory, { file: 'content' });
  const workspace = await place.open({ locking: 'process' });
  const other = await place.open({ locking: 'process', lockTimeoutMs: 0 });
  const lock = await workspace.lock(place.at('file'));
  assert.equal(lock.scope, 'process');
  await refuses(other.lock(place.at('file')), timeout);
  const elsewhere = new OtherProcess(place, 'caller', {
    root: place.directory,
    options: { lockTimeoutMs: 0 },
    calls: [['writeFile', place.at('file'), 'theirs']],
  });
  elsewhere.tell('go');
  matches(await elsewhere.said('answer'), { value: { outcome: 'replaced' } });
  await lock.release();
});

test('within a process who asks first is served first', async (place) => {
  makeFiles(place.directory, { file: 'content' });
  const workspace = await place.open();
  const other = await place.open();
  const held = await workspace.lock(place.at('file'));
  /** @type {number[]} */
  const order = [];
  const waiting = Array.from({ length: 6 }, async (_, index) => {
    const lock = await (index % 2 === 0 ? workspace : other).lock(place.at('file'));
    order.push(index);
    await lock.release();
  });
  await held.release();
  await Promise.all(waiting);
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
});

test('the content of a locked file can be read and written by programs that do not lock', async (place) => {
  makeFiles(place.directory, { file: 'content' });
  const workspace = await place.open();
  const lock = await workspace.lock(place.at('file'));
  // LockFileEx on the content itself would keep every other program from reading it.
  assert.equal(textOf(place.at('file')), 'content');
  writeFileSync(place.at('file'), 'changed');
  await lock.release();
  matches(await workspace.readFile(place.at('file')), { text: 'changed' });
});

test('what cannot be locked is refused', async (place) => {
  const workspace = await place.open({ maxOpenFiles: 4 });
  makeFiles(place.directory, { file: 'x' });
  await refuses(workspace.lock(place.at('missing')), 'ENOENT');
  await refuses(workspace.lock(place.directory), 'EISDIR');
  await refuses(workspace.lock(place.at('file'), { lockTimeoutMs: -1 }), 'ERR_PLOKE_INVALID_ARGUMENT');
  const locks = await Promise.all(
    Array.from({ length: 4 }, () => workspace.lock(place.at('file'), { mode: 'shared' })),
  );
  await refuses(
    workspace.lock(place.at('file'), { mode: 'shared' }),
    that('busy', (error) => error.code === 'ERR_PLOKE_BUSY'),
  );
  for (const lock of locks) await lock.release();
});
