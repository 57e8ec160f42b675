// node rig.mjs: records one run of a workload on a fresh file system, builds images that a power cut could have left, and
// judges each. Runs below the recorder, in namespaces of its own; scripts/test-power-loss.mjs starts it. Prints one line of JSON.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { openWorkspace } from '../../dist/index.js';
import { fileSystems, notPermitted } from './file-systems.mjs';
import { History } from './history.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fs: { type: 'string' },
    points: { type: 'string' },
    seed: { type: 'string' },
    scratch: { type: 'string' },
    preload: { type: 'string' },
    without: { type: 'string' },
  },
});
const { scratch } = values;
const { bytes: diskBytes, make, check } = fileSystems[values.fs];

/** A small deterministic generator (mulberry32), so that a seed names a run. */
function generator(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
const random = generator(Number(values.seed) + 1);
const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Of a loop device: it is detached when it is unmounted, by whomever and for whatever reason. */
function mountLoop(file, target) {
  try {
    run('mount', '-o', 'loop', file, target);
  } catch (error) {
    if (!/permission denied|not permitted|must be superuser/i.test(error.stderr)) throw error;
    process.stderr.write(error.stderr);
    process.exit(notPermitted);
  }
}

/** Runs the workload over the recorder, its standard output being acknowledged through it; gives the log. */
async function record() {
  const served = path.join(scratch, 'served');
  const mounted = path.join(scratch, 'mounted');
  const disk = path.join(served, 'disk');
  mkdirSync(mounted);
  run(...make, disk);
  mountLoop(disk, mounted);
  const acks = openSync(path.join(served, 'acks'), 'w');
  const [script, ...args] = positionals;
  const environment = values.without ? { LD_PRELOAD: values.preload, PLOKE_IO_WITHOUT_SYNC: values.without } : {};
  const workload = spawn(process.execPath, [script, mounted, ...args], {
    stdio: ['ignore', acks, 'inherit'],
    env: { ...process.env, ...environment },
  });
  const [code] = await once(workload, 'exit');
  if (code !== 0) throw new Error(`the workload ended with ${code}`);
  writeSync(acks, 'END\n');
  closeSync(acks);
  run('umount', mounted);
  run('umount', served);
  return readFileSync(path.join(scratch, 'log'));
}

/** The log as events; what comes after the workload's end is not part of the story. */
function parse(log) {
  const events = [];
  for (let at = 0; at < log.length; ) {
    const kind = String.fromCharCode(log[at]);
    if (kind === 'F') {
      events.push({ kind });
      at += 1;
      continue;
    }
    const isWrite = kind === 'W';
    const offset = isWrite ? Number(log.readBigUInt64LE(at + 1)) : 0;
    const header = isWrite ? 17 : 9;
    const length = Number(log.readBigUInt64LE(at + header - 8));
    const data = log.subarray(at + header, at + header + length);
    if (!isWrite && data.toString() === 'END\n') break;
    events.push({ kind, offset, data });
    at += header + length;
  }
  return events;
}

/**
 * The spans between two flushes: what was written before one is on the disk; of what was written in it any part may be. Such
 * an image is possible until the next flush has ended, so whatever was acknowledged before that began must be in it.
 */
function windowsOf(events) {
  const windows = [];
  let current = { writes: [], acks: [] };
  for (const event of events) {
    if (event.kind === 'W') current.writes.push(event);
    else if (event.kind === 'A') current.acks.push(event.data.toString());
    else {
      windows.push(current);
      current = { writes: [], acks: [] };
    }
  }
  return windows;
}

/** Windows in which something was acknowledged first, then others; each with how its own writes are treated. */
function choosePoints(windows, count) {
  const firstAck = windows.findIndex(({ acks }) => acks.length > 0);
  const later = windows.map((_, index) => index).slice(Math.max(0, firstAck));
  const telling = later.filter((index) => windows[index].acks.length > 0);
  const points = [];
  for (let n = 0; n < count; n += 1) {
    const isTelling = n % 4 !== 3 && telling.length > 0;
    const from = isTelling ? telling : later;
    const index = from[Math.floor((n * from.length) / count + random(3)) % from.length];
    points.push({ index, how: ['drop', 'half', 'prefix', 'drop', 'most'][n % 5] });
  }
  return points.sort((a, b) => a.index - b.index);
}

function surviving(writes, how) {
  if (how === 'drop') return [];
  if (how === 'prefix') return writes.slice(0, random(writes.length + 1));
  const percent = how === 'half' ? 50 : 90;
  return writes.filter(() => random(100) < percent);
}

function writeAll(descriptor, writes) {
  for (const { offset, data } of writes) writeSync(descriptor, data, 0, data.length, offset);
}

/** What lies below a mounted file system: the hashes of its files, by path, and its folders. */
function readTree(target) {
  const files = new Map();
  const folders = [];
  for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
    const absolute = path.join(entry.parentPath, entry.name);
    const name = path.relative(target, absolute);
    if (name === 'lost+found') continue;
    if (entry.isDirectory()) folders.push(name);
    else files.set(name, createHash('sha256').update(readFileSync(absolute)).digest('hex'));
  }
  return { files, folders };
}

/** What no operation that had been begun can have made. */
function straysOf({ files, folders }, history) {
  const strangers = [...files.keys()].filter((name) => !history.hasFile(name));
  return [...strangers, ...folders.filter((name) => !history.hasFolder(name))];
}

function judgeFiles({ files }, history, verdict) {
  for (const name of history.paths) {
    const wrong = history.judge(name, files.get(name) ?? null);
    if (wrong) verdict[wrong].push(name);
  }
}

/** The library's own tidying up: of the root when it is opened, of the rest when it is listed. */
async function sweep(target) {
  const workspace = await openWorkspace({ roots: [target] });
  for await (const _ of workspace.listFiles({ ignore: [] }));
  await workspace.close();
}

/**
 * Mounts an image, as the next boot would, and compares it with what was acknowledged; then again after the library has swept,
 * when nothing may be left that nobody had begun to write. The controls need only the first.
 */
async function judgeImage(image, history) {
  const verdict = { lost: [], torn: [], stray: [], broken: [], swept: 0 };
  const target = path.join(scratch, 'image');
  try {
    mountLoop(image, target);
    const found = readTree(target);
    judgeFiles(found, history, verdict);
    if (!values.without && verdict.lost.length + verdict.torn.length === 0) {
      await sweep(target);
      const left = readTree(target);
      judgeFiles(left, history, verdict);
      verdict.stray = straysOf(left, history);
      verdict.swept = straysOf(found, history).length - verdict.stray.length;
    }
    run('umount', target);
    if (!values.without) run(...check, image);
  } catch (error) {
    verdict.broken.push(`${error.message} ${error.stdout ?? ''}`);
    spawnSync('umount', [target]);
  }
  return verdict;
}

const windows = windowsOf(parse(await record()));
const base = path.join(scratch, 'base');
const image = path.join(scratch, 'copy');
mkdirSync(path.join(scratch, 'image'));
const descriptor = openSync(base, 'w+');
ftruncateSync(descriptor, diskBytes);
const history = new History();
let applied = 0;
const kinds = ['lost', 'torn', 'stray', 'broken'];
const result = { images: 0, lost: 0, torn: 0, stray: 0, broken: 0, swept: 0, windows: windows.length, examples: [] };
for (const { index, how } of choosePoints(windows, Number(values.points))) {
  // Acknowledgements of this window count as well; a window that is met twice has told them already.
  for (; applied <= index; applied += 1) {
    if (applied > 0) writeAll(descriptor, windows[applied - 1].writes);
    for (const text of windows[applied].acks) history.add(text);
  }
  run('cp', '--sparse=always', '--reflink=auto', base, image);
  const copy = openSync(image, 'r+');
  writeAll(copy, surviving(windows[index].writes, how));
  closeSync(copy);
  const verdict = await judgeImage(image, history);
  result.images += 1;
  result.swept += verdict.swept;
  for (const kind of kinds) {
    if (verdict[kind].length > 0) result[kind] += 1;
    for (const what of verdict[kind]) {
      if (result.examples.length < 10) result.examples.push(`window ${index}, ${how}: ${kind} ${what}`);
    }
  }
  // A control has shown what it is for.
  if (values.without && result.lost + result.torn > 0) break;
}
result.acknowledged = history.acknowledged;
console.log(JSON.stringify(result));
