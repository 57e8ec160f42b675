// Forked by watch.mjs with --expose-gc: node watch-contender.mjs <measurement> <contender> <root> makes one measurement of one
// watcher in a process of its own. It is sent { files, … } and sends its figures.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { contenders } from './watch-contenders.mjs';

const [measurement, name, root] = process.argv.slice(2);
/** After which no more changes are made: something is wrong. */
const mostLost = 10;
const settleMs = 2_000;

function residentMiB() {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
}

function countInotifyWatches() {
  let count = 0;
  for (const descriptor of readdirSync('/proc/self/fdinfo')) {
    let text = '';
    try {
      text = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
    } catch (error) {
      // The descriptor with which the directory was listed.
      if (error.code !== 'ENOENT') throw error;
    }
    count += text.match(/^inotify/gm)?.length ?? 0;
  }
  return count;
}

async function startWriter() {
  const writer = fork(fileURLToPath(new URL('./watch-writer.mjs', import.meta.url)), { execArgv: [] });
  await once(writer, 'message');
  return writer;
}

/** Lets the writer write; resolves with its times, in nanoseconds. */
async function write(writer, files, pauseMs) {
  writer.send({ files, pauseMs });
  const [{ before, after }] = await once(writer, 'message');
  return { before: BigInt(before), after: BigInt(after) };
}

const measurements = {
  async ready(open) {
    const began = performance.now();
    const { troubles } = await open(root);
    const readyMs = performance.now() - began;
    const rssMiB = residentMiB();
    global.gc();
    // What is free is given back to the system by another thread.
    await setTimeout(settleMs);
    return { readyMs, rssMiB, rssCollectedMiB: residentMiB(), watches: countInotifyWatches(), troubles };
  },

  /** Of changes of one file, one after the other. */
  async latency(open, { files, changes, spreadMs, lostMs }) {
    const file = files[Math.floor(files.length / 2)];
    /** When the file was told of last. */
    let toldAt = 0n;
    let wake = () => {};
    const { troubles } = await open(root, (path) => {
      if (path !== file) return;
      toldAt = process.hrtime.bigint();
      wake();
    });
    const writer = await startWriter();
    const latencies = [];
    let lost = 0;
    for (let change = 0; change < changes && lost < mostLost; change += 1) {
      // chokidar drops what follows a change within 50 ms; and where looks are made at intervals, no change is to follow a look.
      const pauseMs = 75 + ((change * 0.618) % 1) * spreadMs;
      const { before } = await write(writer, [file], pauseMs);
      const deadline = AbortSignal.timeout(lostMs);
      while (toldAt < before && !deadline.aborted) {
        await new Promise((resolve) => {
          wake = resolve;
          deadline.addEventListener('abort', resolve, { once: true });
        });
      }
      if (toldAt < before) lost += 1;
      else latencies.push(Number(toldAt - before) / 1e6);
    }
    writer.disconnect();
    latencies.sort((a, b) => a - b);
    const at = (part) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))];
    return { medianMs: at(0.5), p99Ms: at(0.99), longestMs: latencies.at(-1), lost, troubles };
  },

  /** Each file is written once, as fast as can be. */
  async burst(open, { files }) {
    const told = new Set();
    let lastAt = 0n;
    const { troubles, settled } = await open(root, (path) => {
      if (told.has(path)) return;
      told.add(path);
      lastAt = process.hrtime.bigint();
    });
    const writer = await startWriter();
    const { before, after } = await write(writer, files, 0);
    await settled();
    writer.disconnect();
    const milliseconds = (until) => Number(until - before) / 1e6;
    const found = files.filter((file) => told.has(file)).length;
    return {
      told: found,
      part: found / files.length,
      writtenMs: milliseconds(after),
      lastMs: milliseconds(lastAt),
      troubles,
    };
  },

  async idle(open, { idleMs }) {
    const { troubles } = await open(root);
    global.gc();
    await setTimeout(settleMs);
    const before = process.cpuUsage();
    const began = performance.now();
    await setTimeout(idleMs);
    const { user, system } = process.cpuUsage(before);
    return { cpuPercent: (user + system) / 10 / (performance.now() - began), troubles };
  },
};

process.once('disconnect', () => process.exit(1));
const [task] = await once(process, 'message');
const open = await contenders.get(name)();
const figures = await measurements[measurement](open, task);
// What it watches need not be undone, which would take chokidar a while.
process.send(figures, () => process.exit(0));
