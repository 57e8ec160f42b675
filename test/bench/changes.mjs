// npm run bench -- lock|write [--rounds N] [--directory D] [--json]: locks and durable replaces against peers and a C program
// that makes the same system calls, interleaved, in fresh processes.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const script = path.join(here, 'change-contender.mjs');

/** The peers are no dependencies of the package: they are installed where they are needed. */
function installPeers() {
  const folder = path.join(here, 'peers');
  if (existsSync(path.join(folder, 'node_modules'))) return;
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'ignore' });
}

function prepare(parent) {
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(path.join(parent, 'changes-'));
  mkdirSync(path.join(directory, 'sub'));
  mkdirSync(path.join(directory, 'batch'));
  writeFileSync(path.join(directory, 'sub', 'file'), 'content');
  writeFileSync(path.join(directory, 'number'), '0');
  for (let index = 0; index < 100; index += 1) writeFileSync(path.join(directory, 'batch', `file${index}`), 'content');
  return directory;
}

const run = (what, directory, ...args) =>
  JSON.parse(execFileSync(process.execPath, [script, what, directory, ...args.map(String)], { encoding: 'utf8' }));

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** Medians of interleaved rounds; the first, which warms up, is not counted. */
function rounds(count, contenders) {
  const measured = new Map(contenders.map(([name]) => [name, []]));
  for (let round = -1; round < count; round += 1) {
    for (const [name, measure] of contenders) {
      const { microseconds } = measure();
      if (round >= 0) measured.get(name).push(microseconds);
    }
  }
  return new Map(
    [...measured].map(([name, all]) => [name, { median: median(all), range: [Math.min(...all), Math.max(...all)] }]),
  );
}

function show(title, results) {
  console.log(`\n${title}`);
  for (const [name, { median: middle, range }] of results) {
    console.log(
      `  ${name.padEnd(34)} ${middle.toFixed(1).padStart(10)} µs   (${range.map((each) => each.toFixed(1)).join('–')})`,
    );
  }
}

function ratio(name, value, least) {
  console.log(
    `  ${name.padEnd(60)} ${value.toFixed(2).padStart(8)}   goal ${least}${value >= least ? '' : '   MISSED'}`,
  );
  return { name, value, goal: least };
}

async function compete(directory, processes, seconds) {
  const children = Array.from({ length: processes }, () =>
    spawn(process.execPath, [script, 'lock: competitor', directory], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const outputs = children.map((child) => {
    const output = { text: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output.text += text;
    });
    return output;
  });
  for (const [index, child] of children.entries())
    while (!outputs[index].text.includes('ready')) await once(child.stdout, 'data');
  for (const child of children) child.stdin.write('go\n');
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  for (const child of children) child.stdin.write('end\n');
  await Promise.all(children.map((child) => once(child, 'close')));
  const counts = outputs.map(({ text }) => JSON.parse(text.trim().split('\n').at(-1)).count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const exact = Number(readFileSync(path.join(directory, 'number'), 'utf8')) === total;
  return { counts, total, exact, share: Math.min(...counts) / Math.max(...counts) };
}

export async function benchLocks({ rounds: count, directory: parent }) {
  installPeers();
  const directory = prepare(parent);
  const program = path.join(directory, 'lock-loop');
  execFileSync('cc', ['-O2', '-o', program, path.join(here, 'lock-loop.c')]);
  try {
    const inC = () => ({
      microseconds: Number(execFileSync(program, [directory, 'sub/.', 'file', '200000'], { encoding: 'utf8' })),
    });
    const results = rounds(count, [
      ['C, the same system calls', inC],
      ['ploke-io lock + release', () => run('lock: ploke-io', directory)],
      ['proper-lockfile lock + release', () => run('lock: proper-lockfile', directory)],
    ]);
    show('lock and release, uncontended', results);
    const ours = results.get('ploke-io lock + release').median;
    const ratios = [
      ratio('proper-lockfile / ploke-io', results.get('proper-lockfile lock + release').median / ours, 35),
      ratio('C / ploke-io', results.get('C, the same system calls').median / ours, 0.7),
    ];
    const competition = await compete(directory, 8, 3);
    console.log(
      `\n8 processes, one file, 3 s: ${competition.total} locks, ${competition.exact ? 'no two at once' : 'TWO AT ONCE'}`,
    );
    ratios.push(ratio('smallest share / largest share', competition.share, 0.4));
    const takeover = run('lock: takeover', directory);
    console.log(
      `\ntakeover after kill -9: median ${takeover.medianMs.toFixed(1)} ms, longest ${takeover.longestMs.toFixed(1)} ms`,
    );
    ratios.push(ratio('50 ms / median', 50 / takeover.medianMs, 1));
    return { results: [...results], ratios, competition, takeover };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Replaces that are measured of each writer, after twice as many that are not: by then V8 has compiled what it will. */
const singles = 500;

export async function benchWrites({ rounds: count, directory: parent }) {
  installPeers();
  const directory = prepare(parent);
  const program = path.join(directory, 'write-loop');
  execFileSync('cc', ['-O2', '-o', program, path.join(here, 'write-loop.c')]);
  const inC = (folder, name, files, times) => ({
    microseconds: Number(
      execFileSync(program, [path.join(directory, folder), name, `${files}`, `${times}`], { encoding: 'utf8' }),
    ),
  });
  try {
    const single = rounds(count, [
      ['C, the same system calls', () => inC('sub', 'file', 1, singles)],
      ['ploke-io writeFile', () => run('single: ploke-io', directory, singles)],
      ['fs.promises, the same guarantee', () => run('single: fs.promises', directory, singles)],
      ['write-file-atomic (no such guarantee)', () => run('single: write-file-atomic', directory, singles)],
    ]);
    show('one durable replace of 8 KB, lock and swap included', single);
    const ours = single.get('ploke-io writeFile').median;
    const ratios = [
      ratio('fs.promises / ploke-io', single.get('fs.promises, the same guarantee').median / ours, 1.5),
      ratio('write-file-atomic / ploke-io', single.get('write-file-atomic (no such guarantee)').median / ours, 1.9),
      ratio('C / ploke-io', single.get('C, the same system calls').median / ours, 0.75),
    ];
    const batch = rounds(count, [
      ['C, one by one', () => ({ microseconds: inC('batch', 'file', 100, 300).microseconds * 100 })],
      ['ploke-io writeFiles', () => run('batch: ploke-io', directory, 8)],
      ['fs.promises, one by one', () => run('batch: fs.promises one by one', directory, 3)],
    ]);
    show('a batch of 100 durable replaces of 8 KB', batch);
    const whole = batch.get('fs.promises, one by one').median / batch.get('ploke-io writeFiles').median;
    ratios.push(ratio('fs.promises / ploke-io', whole, 3));
    const inOrder = batch.get('C, one by one').median / batch.get('ploke-io writeFiles').median;
    ratios.push(ratio('C one by one / ploke-io', inOrder, 1.8));
    return { single: [...single], batch: [...batch], ratios };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export const defaultDirectory = path.join(os.tmpdir(), 'ploke-io-bench');
