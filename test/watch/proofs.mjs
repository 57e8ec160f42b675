// What scripts/test-watch.mjs proves: each function gives what was wrong, and what it did in a few words.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inFolder } from '../support/folder.mjs';
import { makeTree } from './churn-tree.mjs';
import { library, watchIn } from './watched-child.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const project = path.join(here, '..', '..');

/** Four processes change everything at random. */
async function churn(directory, operations, directories, round) {
  const children = Array.from({ length: 4 }, (_, index) =>
    spawn(
      process.execPath,
      [path.join(here, 'churn-child.mjs'), directory, `${round * 10 + index}`, `${operations}`, `${directories}`],
      { stdio: 'inherit' },
    ),
  );
  for (const [code] of await Promise.all(children.map((child) => once(child, 'close')))) {
    if (code !== 0) throw new Error(`a process that changes files ended with ${code}`);
  }
}

const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

export function randomChanges({
  backend,
  debounceMs,
  directories,
  operations,
  rounds,
  more = {},
  turnsPerEvent = 0,
  calls = 0,
}) {
  return inFolder('watch', async (directory) => {
    makeTree(directory, directories);
    const watch = { backend, debounceMs, pollIntervalMs: 50, ...more };
    const watcher = await watchIn({ directory, watch, turnsPerEvent, calls });
    const wrong = [];
    let events = 0;
    let dropped = 0;
    let size = 0;
    for (let round = 0; round < rounds; round++) {
      await churn(directory, operations, directories, round);
      const state = await watcher.ask('state');
      wrong.push(...state.differences);
      events += total(state.counts);
      dropped += state.counts.overflow ?? 0;
      if (state.counts.overflow && !state.counts.rescanned) wrong.push('no rescanned after an overflow');
      size = state.size;
    }
    await watcher.ask('end');
    if (turnsPerEvent > 0 && dropped === 0) wrong.push('it kept up');
    const overflows = dropped > 0 ? `, ${dropped} overflows` : '';
    return {
      wrong,
      did: `${4 * rounds * operations} operations, ${events} events${overflows}, ${size} entries at the end`,
    };
  });
}

/** The queue of the system runs over while the whole process stands still. */
export function kernelOverflow({ files, from = library }) {
  return inFolder('watch', async (directory) => {
    for (let index = 0; index < 100; index++) mkdirSync(path.join(directory, `d${index}`));
    const watcher = await watchIn({ directory, library: from, watch: { backend: 'native', debounceMs: 0 } });
    watcher.kill('SIGSTOP');
    for (let index = 0; index < files; index++) {
      writeFileSync(path.join(directory, `d${index % 100}`, `file${index}`), `${index}`);
    }
    mkdirSync(path.join(directory, 'late/er'), { recursive: true });
    writeFileSync(path.join(directory, 'late/er/file'), 'late');
    watcher.kill('SIGCONT');
    const { counts, differences } = await watcher.ask('state');
    writeFileSync(path.join(directory, 'late/er/file'), 'after');
    const after = await watcher.ask('state');
    await watcher.ask('end');
    const wrong = [...differences, ...after.differences];
    if (!counts.overflow) wrong.push('nothing ran over');
    if (!counts.rescanned) wrong.push('no rescanned');
    return { wrong, did: `${files} files: ${JSON.stringify(counts)}` };
  });
}

/** The same library, without the line that looks at everything after an overflow. */
export function kernelOverflowWithoutRescan(options) {
  return inFolder('watch', async (_, folder) => {
    const copy = path.join(folder, 'copy');
    cpSync(path.join(project, 'dist'), path.join(copy, 'dist'), { recursive: true });
    for (const name of ['build', 'node_modules', 'package.json', 'prebuilds']) {
      symlinkSync(path.join(project, name), path.join(copy, name));
    }
    const file = path.join(copy, 'dist/events/watcher.js');
    const text = readFileSync(file, 'utf8');
    const changed = text.replace(/for \(const tree of this\.#backends\.nativeTrees\)\s+addAll\(hints, tree\);/, '');
    if (changed === text) throw new Error('the line of the rescan was not found');
    writeFileSync(file, changed);
    return kernelOverflow({ ...options, from: path.join(copy, 'dist/index.js') });
  });
}

/** Switches between two branches; the events must be what git says that differs. */
export function gitSwitches({ switches }) {
  return inFolder('watch', async (directory) => {
    const git = (...args) =>
      execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'gc.auto=0', ...args], {
        cwd: directory,
        encoding: 'utf8',
      });
    git('init', '-q', '-b', 'one');
    for (let index = 0; index < 300; index++) {
      mkdirSync(path.join(directory, `d${index % 30}/e${index % 7}`), { recursive: true });
      writeFileSync(path.join(directory, `d${index % 30}/e${index % 7}/file${index}`), `one ${index}\n`.repeat(20));
    }
    git('add', '.');
    git('commit', '-q', '-m', 'one');
    git('switch', '-q', '-c', 'two');
    for (let index = 0; index < 300; index += 3) {
      const file = path.join(directory, `d${index % 30}/e${index % 7}/file${index}`);
      if (index % 2 === 0) rmSync(file);
      else writeFileSync(file, `two ${index}\n`.repeat(20));
      writeFileSync(path.join(directory, `d${index % 30}/new${index}`), `new ${index}\n`);
    }
    rmSync(path.join(directory, 'd3'), { recursive: true });
    git('add', '-A', '.');
    git('commit', '-q', '-m', 'two');
    const letter = { create: 'A', update: 'M', remove: 'D' };
    const watcher = await watchIn({ directory, ignored: ['.git'], watch: { debounceMs: 2 ** 31 - 1 } });
    const wrong = [];
    let files = 0;
    for (let count = 0; count < switches; count++) {
      const [from, to] = count % 2 === 0 ? ['two', 'one'] : ['one', 'two'];
      const expected = git('diff', '--name-status', '--no-renames', from, to).trimEnd().split('\n').sort();
      const before = git('ls-tree', '-r', '--name-only', from).trimEnd().split('\n');
      git('switch', '-q', to);
      const { changes, differences } = await watcher.ask('state');
      const name = (file) => path.relative(directory, file);
      const found = changes.flatMap(({ type, path: file, from: source, entryType }) => {
        if (type === 'rename') return [`D\t${name(source)}`, `A\t${name(file)}`];
        if (entryType !== 'directory') return [`${letter[type]}\t${name(file)}`];
        // A directory that went stands for its files.
        const below = before.filter((tracked) => tracked.startsWith(`${name(file)}/`));
        return type === 'remove' ? below.map((tracked) => `D\t${tracked}`) : [];
      });
      const missing = expected.filter((line) => !found.includes(line));
      const excess = found.filter((line) => !expected.includes(line));
      if (found.length !== expected.length) wrong.push(`${found.length} events for ${expected.length} differences`);
      wrong.push(
        ...missing.slice(0, 3).map((line) => `missing ${line}`),
        ...excess.slice(0, 3).map((line) => `too much ${line}`),
      );
      wrong.push(...differences);
      files += expected.length;
    }
    await watcher.ask('end');
    return { wrong, did: `${switches} switches, ${files} changed files` };
  });
}

/** In a user namespace of its own, whose limit nobody else feels. */
export function fewWatches({ watches, operations }) {
  const under = [
    'unshare',
    '--user',
    '--map-root-user',
    'sh',
    '-c',
    `echo ${watches} > /proc/sys/user/max_inotify_watches && exec "$@"`,
    'sh',
  ];
  if (spawnSync(under[0], [...under.slice(1), 'true']).status !== 0) {
    return { skipped: 'user namespaces with limits of their own cannot be had here' };
  }
  return inFolder('watch', async (directory) => {
    makeTree(directory, 300);
    const watcher = await watchIn({ directory, watch: { debounceMs: 0, pollIntervalMs: 50 } }, under);
    await churn(directory, operations, 300, 7);
    const { counts, differences } = await watcher.ask('state');
    await watcher.ask('end');
    const wrong = [...differences];
    if (!counts.degraded) wrong.push('no degraded');
    return { wrong, did: `300 directories, ${watches} watches: ${JSON.stringify(counts)}` };
  });
}

/** A directory that a FUSE server shows a second time. */
export function fuseMount({ operations }) {
  if (spawnSync('bindfs', ['--version']).error) return { skipped: 'bindfs is not installed' };
  return inFolder('watch', async (directory, folder) => {
    const behind = path.join(folder, 'behind');
    mkdirSync(behind);
    makeTree(behind, 10);
    const mounted = spawnSync('bindfs', [behind, directory], { encoding: 'utf8' });
    if (mounted.status !== 0) return { skipped: `bindfs does not mount here: ${mounted.stderr.trim()}` };
    try {
      const watcher = await watchIn({ directory, watch: { debounceMs: 0, pollIntervalMs: 50 } });
      // Behind its back: no watch on the mount could tell.
      await churn(behind, operations, 10, 3);
      const { counts, differences } = await watcher.ask('state');
      await watcher.ask('end');
      const wrong = [...differences];
      if (!counts.degraded) wrong.push('no degraded');
      return { wrong, did: JSON.stringify(counts) };
    } finally {
      spawnSync('umount', [directory]);
    }
  });
}

/** Of one core, while nothing changes. A measurement, not a test. */
export function idleCost({ backend, directories, seconds }) {
  return inFolder('watch', async (directory) => {
    makeTree(directory, directories);
    const watcher = await watchIn({ directory, watch: { backend } });
    await watcher.ask('state');
    const before = await watcher.ask('usage');
    await sleep(seconds * 1000);
    const after = await watcher.ask('usage');
    await watcher.ask('end');
    const share = ((after.cpuMs - before.cpuMs) / (seconds * 10)).toFixed(2);
    return { wrong: [], did: `${directories} directories: ${share} % of a core, ${after.rssMib.toFixed(0)} MiB` };
  });
}
