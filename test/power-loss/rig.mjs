// node rig.mjs: records one run of a workload on a fresh file system, builds images that a power cut could have left, and
// judges each. Runs below the recorder, in namespaces of its own; scripts/test-power-loss.mjs starts it. Prints one line of JSON.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
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

function hashOf(file) {
  if (!existsSync(file)) return null;
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Mounts an image, as the next boot would, and compares it with what was acknowledged. */
function judgeImage(image, history, isChecked) {
  const verdict = { lost: [], torn: [], broken: [] };
  const target = path.join(scratch, 'image');
  if (!existsSync(target)) mkdirSync(target);
  try {
    mountLoop(image, target);
  } catch (error) {
    verdict.broken.push(`it does not mount: ${error.stderr}`);
    return verdict;
  }
  try {
    for (const name of history.paths) {
      const wrong = history.judge(name, hashOf(path.join(target, name)));
      if (wrong) verdict[wrong].push(name);
    }
  } finally {
    run('umount', target);
  }
  if (isChecked) {
    try {
      run(...check, image);
    } catch (error) {
      verdict.broken.push(`${check[0]} finds: ${error.stdout}${error.stderr}`);
    }
  }
  return verdict;
}

const windows = windowsOf(parse(await record()));
const base = path.join(scratch, 'base');
const image = path.join(scratch, 'copy');
const descriptor = openSync(base, 'w+');
ftruncateSync(descriptor, diskBytes);
const history = new History();
let applied = 0;
const result = { images: 0, lost: 0, torn: 0, broken: 0, windows: windows.length, examples: [] };
for (const [n, { index, how }] of choosePoints(windows, Number(values.points)).entries()) {
  // Acknowledgements of this window count as well; a window that is met twice has told them already.
  for (; applied <= index; applied += 1) {
    if (applied > 0) writeAll(descriptor, windows[applied - 1].writes);
    for (const text of windows[applied].acks) history.add(text);
  }
  run('cp', '--sparse=always', '--reflink=auto', base, image);
  const copy = openSync(image, 'r+');
  writeAll(copy, surviving(windows[index].writes, how));
  closeSync(copy);
  const { lost, torn, broken } = judgeImage(image, history, n % 10 === 0);
  result.images += 1;
  result.lost += lost.length > 0 ? 1 : 0;
  result.torn += torn.length > 0 ? 1 : 0;
  result.broken += broken.length > 0 ? 1 : 0;
  for (const what of [...lost.map((name) => `lost ${name}`), ...torn.map((name) => `torn ${name}`), ...broken]) {
    if (result.examples.length < 10) result.examples.push(`window ${index}, ${how}: ${what}`);
  }
}
result.acknowledged = history.acknowledged;
console.log(JSON.stringify(result));
