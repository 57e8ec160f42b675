// node actor.mjs <directory>: a process on one of the hosts. Takes calls as lines of JSON, { id, call, args }, and answers
// each with { id, result } or { id, error }; several may be under way at once.
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { openWorkspace } from '../../dist/index.js';

const [directory] = process.argv.slice(2);
const watch = { pollIntervalMs: 200, debounceMs: 0 };
const workspace = await openWorkspace({ roots: [directory], watch, lockTimeoutMs: 60_000 });
const at = (name) => path.join(directory, name);
const next = (text) => `${Number.parseInt(text, 10) + 1}\n`;
const seen = [];
let onSeen = () => undefined;
let lock;
let before;
let delay;

async function oneEdit(how, file) {
  if (how === 'update') return workspace.updateFile(file, ({ text }) => next(text));
  if (how === 'hash') {
    const { text, hash } = await workspace.readFile(file);
    return workspace.writeFile(file, next(text), { expectedHash: hash });
  }
  const held = await workspace.lock(file);
  try {
    const { text, hash } = await workspace.readFile(file, { lock: held });
    return await workspace.writeFile(file, next(text), { expectedHash: hash, lock: held });
  } finally {
    await held.release();
  }
}

/** ESTALE: the other host replaced the file faster than this one could take hold of it, for 2 s. */
const overtaken = ['ERR_PLOKE_CONTENT_MISMATCH', 'ERR_PLOKE_LOCK_LOST', 'ESTALE'];

const calls = {
  /** Adds one to the number in a file, as often as told; one that was overtaken is made anew. */
  async count(how, name, cycles) {
    const mismatches = {};
    let receipt;
    for (let done = 0; done < cycles; ) {
      try {
        ({ receipt } = await oneEdit(how, at(name)));
        done += 1;
      } catch (error) {
        if (!overtaken.includes(error.code)) throw error;
        mismatches[error.code] = (mismatches[error.code] ?? 0) + 1;
      }
    }
    return { mismatches, receipt };
  },
  async read(name) {
    const { text } = await workspace.readFile(at(name));
    return text;
  },
  capabilities: () => workspace.capabilities(at('.')),
  counters: async () => workspace.metrics().counters,
  async write(name, text) {
    const { receipt } = await workspace.writeFile(at(name), text);
    return receipt;
  },
  async create(name, text) {
    await workspace.createFile(at(name), text);
  },
  async remove(name) {
    await workspace.removeFile(at(name));
  },
  async lock(name) {
    lock = await workspace.lock(at(name));
    before = await workspace.readFile(at(name), { lock });
    return lock.scope;
  },
  async release() {
    await lock.release();
  },
  /** With the lock and the hash of what was read under it. */
  async writeLocked(name, text) {
    await workspace.writeFile(at(name), text, { expectedHash: before.hash, lock });
  },
  /** With the hash alone. */
  async writeExpected(name, text) {
    await workspace.writeFile(at(name), text, { expectedHash: before.hash });
  },
  async watch() {
    const events = workspace.events();
    (async () => {
      for await (const { type, path: changed, origin } of events) {
        seen.push({ type, name: changed && path.relative(directory, changed), origin });
        onSeen();
      }
    })();
    await workspace.flushEvents();
  },
  /** Resolves when an event of this type was told of a name, with what it said. */
  async told(type, name) {
    for (;;) {
      const index = seen.findIndex((event) => event.type === type && event.name === name);
      if (index >= 0) return seen.splice(index, 1)[0];
      await new Promise((resolve) => {
        onSeen = resolve;
      });
    }
  },
  async measureDelay() {
    delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
  },
  async longestDelayMs() {
    return Math.round(delay.max / 1e6);
  },
};

const lines = createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  const { id, call, args } = JSON.parse(line);
  let answer;
  try {
    answer = { id, result: await calls[call](...args) };
  } catch (error) {
    answer = { id, error: { code: error.code, message: error.message, committed: error.committed } };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
lines.on('close', () => process.exit());
process.stdout.write('{"id":0}\n');
