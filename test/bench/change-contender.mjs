// node change-contender.mjs <what> <directory> …: one measurement of a lock or of durable replaces, in a fresh process. Prints
// one JSON line.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { hashContent, openWorkspace } from '../../dist/index.js';
import { importPeer } from './peers.mjs';

const [what, directory, ...rest] = process.argv.slice(2);
const file = path.join(directory, 'sub', 'file');
const contents = (round) => Buffer.alloc(8192, `content ${round} `);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Microseconds of one run of `work`, over `count` of them. */
async function each(count, work) {
  const began = performance.now();
  for (let round = 0; round < count; round += 1) await work(round);
  return ((performance.now() - began) * 1000) / count;
}

/** The full guarantee with what Node offers: the old content is compared, the file and its directory are synced. */
async function replaceDurably(target, data, expected) {
  if (sha256(await readFile(target)) !== expected) throw new Error(`changed: ${target}`);
  const fresh = `${target}.${process.pid}.tmp`;
  const handle = await open(fresh, 'wx', 0o600);
  try {
    await handle.writeFile(data);
    await handle.chmod(0o644);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, target);
  const parent = await open(path.dirname(target), 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
  return sha256(data);
}

const many = Array.from({ length: 100 }, (_, index) => path.join(directory, 'batch', `file${index}`));

const contenders = {
  async 'lock: ploke-io'() {
    const workspace = await openWorkspace({ roots: [directory] });
    const pair = async () => (await workspace.lock(file)).release();
    await each(20_000, pair);
    const microseconds = await each(200_000, pair);
    await workspace.close();
    return { microseconds };
  },
  async 'lock: proper-lockfile'() {
    const { default: lockfile } = await importPeer('proper-lockfile');
    const pair = async () => (await lockfile.lock(file))();
    await each(50, pair);
    return { microseconds: await each(1_000, pair) };
  },
  async 'lock: fs-native-extensions'() {
    const { tryLock, unlock } = (await importPeer('fs-native-extensions')).default;
    const pair = () => {
      const descriptor = openSync(file, 'r+');
      if (!tryLock(descriptor)) throw new Error('locked');
      unlock(descriptor);
      closeSync(descriptor);
    };
    await each(20_000, pair);
    return { microseconds: await each(200_000, pair) };
  },
  async 'lock: fs-native-extensions, file kept open'() {
    const { tryLock, unlock } = (await importPeer('fs-native-extensions')).default;
    const descriptor = openSync(file, 'r+');
    const pair = () => {
      if (!tryLock(descriptor)) throw new Error('locked');
      unlock(descriptor);
    };
    await each(20_000, pair);
    const microseconds = await each(200_000, pair);
    closeSync(descriptor);
    return { microseconds };
  },
  /** One of several: locks, adds one to a number that only the lock protects, releases, until told to end. */
  async 'lock: competitor'() {
    const workspace = await openWorkspace({ roots: [directory], lockTimeoutMs: 60_000 });
    const counter = path.join(directory, 'number');
    let isOver = false;
    process.stdout.write('ready\n');
    await once(process.stdin, 'data');
    process.stdin.once('data', () => {
      isOver = true;
    });
    let count = 0;
    while (!isOver) {
      const lock = await workspace.lock(file);
      writeFileSync(counter, String(Number(readFileSync(counter, 'utf8')) + 1));
      await lock.release();
      count += 1;
      // The end of standard input is seen between turns of the event loop only.
      if (count % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await workspace.close();
    process.stdin.destroy();
    return { count };
  },
  async 'lock: holder'() {
    const workspace = await openWorkspace({ roots: [directory] });
    await workspace.lock(file);
    process.stdout.write('held\n');
    await once(process.stdin, 'data');
    return {};
  },
  /** From the kill of the holder to the lock. */
  async 'lock: takeover'() {
    const workspace = await openWorkspace({ roots: [directory], lockTimeoutMs: 60_000 });
    const milliseconds = [];
    for (let round = 0; round < 20; round += 1) {
      const holder = spawn(process.execPath, [process.argv[1], 'lock: holder', directory], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(holder.stdout, 'data');
      const waiting = workspace.lock(file);
      // It is in the kernel's list of those who wait before the holder is killed.
      while (!/->.*FLOCK/.test(readFileSync('/proc/locks', 'utf8')))
        await new Promise((resolve) => setImmediate(resolve));
      const began = performance.now();
      holder.kill('SIGKILL');
      const lock = await waiting;
      milliseconds.push(performance.now() - began);
      await lock.release();
      if (holder.exitCode === null && holder.signalCode === null) await once(holder, 'exit');
    }
    await workspace.close();
    return { milliseconds };
  },
  async 'single: ploke-io'() {
    const workspace = await openWorkspace({ roots: [directory] });
    let { hash } = await workspace.readFile(file, { encoding: 'buffer' });
    const write = async (round) => {
      ({ hash } = await workspace.writeFile(file, contents(round), { expectedHash: hash }));
    };
    await each(Number(rest[0]) * 2, write);
    const microseconds = await each(Number(rest[0]), write);
    await workspace.close();
    return { microseconds };
  },
  async 'single: fs.promises'() {
    let expected = sha256(readFileSync(file));
    const write = async (round) => {
      expected = await replaceDurably(file, contents(round), expected);
    };
    await each(Number(rest[0]) * 2, write);
    return { microseconds: await each(Number(rest[0]), write) };
  },
  async 'single: write-file-atomic'() {
    const { default: writeFileAtomic } = await importPeer('write-file-atomic');
    const write = (round) => writeFileAtomic(file, contents(round));
    await each(Number(rest[0]) * 2, write);
    return { microseconds: await each(Number(rest[0]), write) };
  },
  /** It syncs the file, and not the directory. */
  async 'single: atomically'() {
    const { writeFile } = await importPeer('atomically');
    const write = (round) => writeFile(file, contents(round));
    await each(Number(rest[0]) * 2, write);
    return { microseconds: await each(Number(rest[0]), write) };
  },
  /** It syncs nothing. */
  async 'single: steno'() {
    const { Writer } = await importPeer('steno');
    const writer = new Writer(file);
    const write = (round) => writer.write(contents(round));
    await each(Number(rest[0]) * 2, write);
    return { microseconds: await each(Number(rest[0]), write) };
  },
  async 'batch: ploke-io'() {
    const workspace = await openWorkspace({ roots: [directory] });
    let hashes = many.map((name) => hashContent(readFileSync(name)));
    const write = async (round) => {
      const data = contents(round);
      const results = await workspace.writeFiles(
        many.map((name, index) => ({ path: name, data, expectedHash: hashes[index] })),
      );
      for (const result of results) if (result.status !== 'fulfilled') throw result.reason;
      hashes = results.map(({ value }) => value.hash);
    };
    await each(2, write);
    const microseconds = await each(Number(rest[0]), write);
    await workspace.close();
    return { microseconds };
  },
  async 'batch: fs.promises one by one'() {
    let hashes = many.map((name) => sha256(readFileSync(name)));
    const write = async (round) => {
      const next = [];
      for (const [index, name] of many.entries()) next.push(await replaceDurably(name, contents(round), hashes[index]));
      hashes = next;
    };
    await each(1, write);
    return { microseconds: await each(Number(rest[0]), write) };
  },
};
console.log(JSON.stringify(await contenders[what]()));
