// node exit-child.mjs <directory> <how> <turns>: begins a batch of writes, and ends the process after so many turns of the event
// loop in the middle of it: by process.exit, from a worker's side, or by returning while nobody waits for the batch.
import path from 'node:path';
import process from 'node:process';
import { setImmediate as turn } from 'node:timers/promises';
import { openWorkspace } from '../../dist/index.js';

const [directory, how, turns] = process.argv.slice(2);
const workspace = await openWorkspace({ roots: [directory], durability: 'best-effort' });
const content = 'n'.repeat(100_000);
const name = (index) => path.join(directory, `file${index}`);
const batch = workspace.writeFiles(Array.from({ length: 60 }, (_, index) => ({ path: name(index), data: content })));
const others = [
  workspace.lock(name(0)),
  workspace.readFiles(Array.from({ length: 60 }, (_, index) => ({ path: name(index) }))),
  workspace.lock(name(1)),
];
// What an exit cuts short settles nothing; what it lets run may fail, and that is nobody's concern here.
for (const work of [batch, ...others]) work.catch(() => undefined);
for (let count = 0; count < Number(turns); count += 1) await turn();
if (how === 'exit') process.exit(7);
