// What two hosts on one volume must be able to rely on. Each proof gives what it saw and what was wrong with it.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { put } from './volume.mjs';

const refusals = ['ERR_PLOKE_CONTENT_MISMATCH', 'ERR_PLOKE_LOCK_LOST'];

/** What it is taken for: how far locks reach, what syncs are worth, how it is watched. */
export async function receipts(actors) {
  const wrong = [];
  const expect = (what, actual, expected) => {
    if (actual !== expected) wrong.push(`${what} is ${actual} instead of ${expected}`);
  };
  const [one] = actors;
  put(one.host, 'receipt', '0\n');
  const found = await one.call('capabilities');
  expect('network', found.network, true);
  expect('lockScope', found.lockScope, 'cluster');
  expect('watch', found.watch, 'polling');
  expect('exchangeRename', found.exchangeRename, false);
  const { receipt } = await one.call('count', 'hash', 'receipt', 1);
  expect('receipt.durability', receipt.durability, 'delegated');
  expect('receipt.lock', receipt.lock, 'cluster');
  expect('receipt.compareAndSwap', receipt.compareAndSwap, 'checked');
  return { did: `${found.fileSystem}: ${JSON.stringify(receipt)}`, wrong };
}

/** Both add one to a number, as often as told: none is lost, and no call fails but for being overtaken. */
export async function edits(actors, how, cycles) {
  const name = `count-${how}`;
  put(actors[0].host, name, '0\n');
  const results = await Promise.all(actors.map(({ call }) => call('count', how, name, cycles)));
  const total = Number.parseInt(await actors[0].call('read', name), 10);
  const lost = actors.length * cycles - total;
  const counters = await Promise.all(actors.map(({ call }) => call('counters')));
  const retries = counters.map((each) => each['stale.retries'] ?? 0);
  const mismatches = JSON.stringify(results.map((result) => result.mismatches));
  const did = `${actors.length} × ${cycles}, lost ${lost}, overtaken ${mismatches}, stale.retries so far ${retries}`;
  return { did, wrong: lost === 0 ? [] : [`${lost} edits are lost`], retries: retries.reduce((a, b) => a + b, 0) };
}

/** One holds the lock, the other's edit waits for it, and then is made of what the holder has left. */
export async function waiting([one, other], rounds) {
  put(one.host, 'waited', '0\n');
  const wrong = [];
  for (let round = 0; round < rounds; round++) {
    const [holder, waiter] = round % 2 === 0 ? [one, other] : [other, one];
    const waits = async () => (await waiter.call('counters'))['lock.waits'] ?? 0;
    const waitsBefore = await waits();
    await holder.call('lock', 'waited');
    const edit = waiter.call('count', 'update', 'waited', 1);
    edit.catch(() => undefined);
    while ((await waits()) === waitsBefore) await sleep(10);
    await holder.call('writeLocked', 'waited', `${2 * round + 1}\n`);
    await holder.call('release');
    await edit;
    const text = await holder.call('read', 'waited');
    if (text !== `${2 * round + 2}\n`) wrong.push(`round ${round}: ${JSON.stringify(text)}`);
  }
  return { did: `${rounds} rounds`, wrong };
}

/** By polling, a host is told what the other one does. */
export async function watching([one, other]) {
  await one.call('watch');
  const began = performance.now();
  await other.call('create', 'watched', 'a\n');
  const created = await one.call('told', 'create', 'watched');
  await other.call('write', 'watched', 'b\n');
  await one.call('told', 'update', 'watched');
  await other.call('remove', 'watched');
  await one.call('told', 'remove', 'watched');
  const wrong = created.origin === null ? [] : [`the origin is ${created.origin}`];
  return { did: `created, modified, removed, each told, in ${Math.round(performance.now() - began)} ms`, wrong };
}

/**
 * The host that holds the lock is cut off, its lock passes on, the other host edits; when the first one is back, whatever it
 * still wants to write is refused.
 */
export async function cutOff([holder, other]) {
  const wrong = [];
  put(holder.host, 'contested', 'old\n');
  const scope = await holder.call('lock', 'contested');
  if (scope !== 'cluster') wrong.push(`the scope of the lock is ${scope}`);
  const waiting = other.call('lock', 'contested');
  waiting.catch(() => undefined);
  await holder.call('measureDelay');
  holder.host.cut();
  const began = performance.now();
  // Begun while it is cut off: it fails, or is refused later.
  const during = holder.call('writeLocked', 'contested', 'late\n').then(
    () => 'written',
    ({ code }) => code,
  );
  await waiting;
  const passedMs = Math.round(performance.now() - began);
  await other.call('writeLocked', 'contested', 'new\n');
  await other.call('release');
  holder.host.reconnect();
  const codes = [await during];
  for (const [call, last] of [
    ['writeLocked', refusals],
    ['writeExpected', ['ERR_PLOKE_CONTENT_MISMATCH']],
  ]) {
    const code = await refusedWith(holder, call, last);
    codes.push(code);
    if (!last.includes(code)) wrong.push(`${call} ended with ${code}`);
  }
  for (const code of codes) if (code === 'written') wrong.push('a late write was let through');
  const texts = await Promise.all([holder, other].map(({ call }) => call('read', 'contested')));
  for (const text of texts) if (text !== 'new\n') wrong.push(`the file holds ${JSON.stringify(text)}`);
  const delayMs = await holder.call('longestDelayMs');
  if (delayMs > 1_000) wrong.push(`the event loop of the holder stood still for ${delayMs} ms`);
  return {
    did: `the lock passed on after ${passedMs} ms; late writes: ${codes.join(', ')}; longest turn ${delayMs} ms`,
    wrong,
  };
}

/** Tries until the host is connected again: until then the file system's own errors are the answer. */
async function refusedWith(holder, call, refused) {
  for (let tries = 0; ; tries++) {
    const code = await holder.call(call, 'contested', 'late\n').then(
      () => 'written',
      (error) => error.code,
    );
    if (code === 'written' || refused.includes(code) || tries === 300) return code;
    await sleep(100);
  }
}
