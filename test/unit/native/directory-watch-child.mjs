// What the tests of directory watches do in a process or a worker of its own: `node directory-watch-child.mjs what directory`.
import { closeSync, mkdirSync, openSync, readdirSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { loadAddon } from '../../../dist/native/load.js';

const addon = loadAddon();
const [what, directory = ''] = isMainThread ? process.argv.slice(2) : workerData;

const say = (value) => console.log(JSON.stringify(value));

/** Numbers of the descriptors that a watcher has, in the order in which it opened them. */
function watcherDescriptors() {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((number) => {
      try {
        return /^anon_inode:inotify/.test(readlinkSync(`/proc/self/fd/${number}`));
      } catch {
        return false; // the one that the listing was read through
      }
    });
}

async function rootSet() {
  const { root } = await addon.openRoot(directory);
  const spellings = [{ path: directory, root: 0, prefix: '' }];
  return addon.createRootSet({ roots: [root], spellings, symlinks: 0, allowHardLinks: true, allowMounts: true });
}

async function list(watch, paths) {
  const roots = new Uint8Array(paths.length);
  const batch = {
    set: await rootSet(),
    count: paths.length,
    paths: paths.join('\0'),
    roots,
    cancel: null,
    stamps: false,
  };
  return addon.listBatch({ ...batch, watch });
}

async function watchRoot(listener = () => {}) {
  const watch = addon.openWatch(listener);
  await list(watch, ['']);
  return watch;
}

const acts = {
  /** Ever new files, until it is killed. */
  write() {
    for (let index = 0; ; index += 1) writeFileSync(path.join(directory, `new${index}`), '');
  },

  /** Names that are made and removed, until it is killed. */
  churn() {
    for (let index = 0; ; index += 1) {
      mkdirSync(path.join(directory, `churn${index}`));
      rmdirSync(path.join(directory, `churn${index}`));
    }
  },

  /** Ends by itself, with a watcher that nobody closed. */
  async leave() {
    globalThis.kept = await watchRoot(); // or the garbage collector would close it, some seconds later
    writeFileSync(path.join(directory, 'file'), 'content');
    say('done');
  },

  /** Ends in the listener. */
  async exit() {
    await watchRoot(() => process.exit(7));
    setInterval(() => writeFileSync(path.join(directory, 'file'), 'content'), 1);
  },

  /** A watcher that nobody refers to any more. */
  async garbage() {
    v8.setFlagsFromString('--expose-gc');
    const collect = vm.runInNewContext('gc');
    const kept = [];
    for (let count = 0; count < 20; count += 1) kept.push(await watchRoot());
    const before = watcherDescriptors().length;
    kept.length = 0;
    for (let turns = 0; turns < 1_000 && watcherDescriptors().length > 0; turns += 1) {
      writeFileSync(path.join(directory, 'file'), 'content');
      collect();
      await turn();
    }
    say({ before, after: watcherDescriptors().length });
  },

  /** Until there is no descriptor left, and then with one and two of them again. */
  descriptors() {
    const held = [];
    try {
      for (;;) held.push(openSync('/dev/null', 'r'));
    } catch (error) {
      if (error.code !== 'EMFILE') throw error;
    }
    const answers = [];
    for (let free = 0; free <= 2; free += 1) {
      const opened = addon.openWatch(() => {});
      answers.push(typeof opened === 'number' ? opened : 'opened');
      // Nothing is left of one that failed.
      if (free < 2) closeSync(held.pop());
    }
    say(answers);
  },

  /** More directories than watches. */
  async watches() {
    const watch = addon.openWatch(() => {});
    if (typeof watch === 'number') return say(watch);
    const { status, watches, names } = await list(watch, ['', 'a', 'b', 'c']);
    say({ status: [...status], watches: [...watches], names: names.split('\0') });
  },

  /** Its descriptor is closed behind its back. */
  async broken() {
    const watch = await watchRoot();
    for (const number of watcherDescriptors()) closeSync(number);
    const first = addon.takeWatch(watch).error;
    say([first, addon.takeWatch(watch).error]);
    await addon.closeWatch(watch);
  },

  /** Worker: watches, lists and changes things, until it is terminated. */
  async endless() {
    const watch = await watchRoot(() => parentPort.postMessage(addon.takeWatch(watch).watches.length));
    await watchRoot();
    for (let index = 0; ; index += 1) {
      writeFileSync(path.join(directory, `file${index % 50}`), 'content');
      await list(watch, ['', '']);
      if (index % 5 === 0) await addon.closeWatch(addon.openWatch(() => {}));
    }
  },
};
await acts[what]();
