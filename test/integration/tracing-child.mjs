// node tracing-child.mjs <directory>: reads a file while a subscriber throws at whatever it is told, and prints what the call
// gave and what came as uncaught.
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { openWorkspace } from '../../dist/index.js';

const [directory] = process.argv.slice(2);
const file = path.join(directory, 'file');
writeFileSync(file, 'content');
const uncaught = [];
process.on('uncaughtException', (error) => uncaught.push(error.message));

const workspace = await openWorkspace({ roots: [directory] });
for (const phase of ['start', 'end', 'asyncStart', 'asyncEnd', 'error']) {
  subscribe(`tracing:ploke-io:read:${phase}`, () => {
    throw new Error(`thrown at ${phase}`);
  });
}
const { text } = await workspace.readFile(file);
await turn();
await workspace.close();
console.log(JSON.stringify({ text, uncaught }));
