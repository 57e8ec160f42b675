// Ends in one of three ways: with a closed workspace, with one that was never closed, or by exit in the middle of work.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { openWorkspace } from '../../dist/index.js';

const [directory, mode] = process.argv.slice(2);
for (let index = 0; index < 500; index += 1) writeFileSync(path.join(directory, `file${index}`), 'x'.repeat(10_000));
const workspace = await openWorkspace({ roots: [directory] });
const requests = Array.from({ length: 500 }, (_, index) => ({ path: path.join(directory, `file${index}`) }));
const reads = workspace.readFiles(requests);
const write = workspace.writeFile(path.join(directory, 'file0'), 'y');
console.log(mode);
if (mode === 'exit') process.exit(0);
await reads;
await write;
if (mode === 'closed') await workspace.close();
