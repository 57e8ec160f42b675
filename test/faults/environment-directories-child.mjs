// node environment-directories-child.mjs <case> <directory>: changes files while somebody takes the directory away
// from under them, and says in one line of JSON how each change ended.
import { accessSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { hashContent, openWorkspace } from '../../dist/index.js';
import { loadAddon } from '../../dist/native/load.js';

const [name, directory] = process.argv.slice(2);
const at = (file) => path.join(directory, file);
const told = (error) => `${error.code}, committed: ${error.committed}`;
const outcome = (call) => call.then(() => 'done', told);
const settled = (results) => results.map((result) => (result.status === 'fulfilled' ? 'done' : told(result.reason)));
const files = ['a', 'b', 'c', 'd'];
const writes = (data, expectedHash) => files.map((file) => ({ path: at(`folder/${file}`), data, expectedHash }));

/** For the tracer, which counts calls from here. */
function mark(place) {
  try {
    accessSync(`/ploke-io-${place}`);
  } catch {
    // It is never there.
  }
}

const descriptors = () => readdirSync('/proc/self/fd').length;
/** How many are open that were not before. Some are closed a turn after the promise that the call gave. */
async function openedSince(before) {
  for (let turns = 0; turns < 200 && descriptors() > before; turns += 1) await turn();
  return descriptors() - before;
}

/** Writes by path, as a program does that holds no directory. */
function plainWrite(file) {
  try {
    writeFileSync(at(file), 'plain\n');
    return 'done';
  } catch ({ code }) {
    return code;
  }
}

const cases = {
  /** One batch; the tracer disturbs it at one of its calls. */
  async batch(workspace) {
    mark('begin');
    const results = settled(await workspace.writeFiles(writes('new\n', hashContent('first\n'))));
    mark('end');
    return { results };
  },

  /** Every kind of change, again and again until the root has been replaced, and once more. */
  async changes(workspace) {
    const ends = new Set();
    const readText = async (file) => (await workspace.readFile(at(file))).text;
    let last = false;
    for (let round = 0; ; round += 1) {
      const data = `round ${round}\n`;
      const calls = [
        workspace.writeFiles(writes(data)).then(settled),
        workspace.createFile(at(`made ${round}`), data).then(() => 'done', told),
        workspace.createFile(at(`new ${round}/er`), data, { parents: true }).then(() => 'done', told),
        workspace.updateFile(at('counter'), ({ text }) => `${Number(text) + 1}\n`).then(() => 'done', told),
        workspace.rename(at('one'), at('other')).then(() => 'done', told),
        workspace.rename(at('other'), at('one')).then(() => 'done', told),
        readText('folder/a').then((text) => (text.startsWith('decoy') ? 'read from the new root' : 'done'), told),
      ];
      for (const end of (await Promise.all(calls)).flat()) ends.add(end);
      if (last) return { ends: [...ends].sort(), rounds: round + 1 };
      last = existsSync(path.join(path.dirname(directory), 'replaced'));
    }
  },
};

const workspace = await openWorkspace({ roots: [directory], durability: 'best-effort' });
// What the first change of a workspace opens is open before anything is counted.
await outcome(workspace.writeFiles(writes('first\n')));
// And what it replaced, and whatever the start of the program used, is closed.
await loadAddon().settleJobs();
for (let turns = 0; turns < 20; turns += 1) await turn();
process.stdout.write('ready\n');
const before = descriptors();
const report = await cases[name](workspace);
report.descriptors = await openedSince(before);
report.plain = plainWrite('folder/a');
await workspace.close();
console.log(JSON.stringify(report));
