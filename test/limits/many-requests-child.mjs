// node --expose-gc many-requests-child.mjs <directory> <files> <requests>: so many requests at once, each in a call of its own,
// then in one batch of snippets. What was read is let go at once, as a caller does who looks at it. Prints one JSON line.
import path from 'node:path';
import process from 'node:process';
import { openWorkspace } from '../../dist/index.js';

const [directory, filesText, requestsText] = process.argv.slice(2);
const files = Number(filesText);
const requests = Number(requestsText);
const at = (index) => path.join(directory, `file${index % files}`);
const workspace = await openWorkspace({ roots: [directory] });
await workspace.readFile(at(0));
globalThis.gc();
const before = process.memoryUsage.rss();
let peak = 0;
const look = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};

let bytes = 0;
let read = 0;
const calls = [];
for (let index = 0; index < requests; index += 1) {
  const done = workspace.readFile(at(index)).then(({ byteLength }) => {
    bytes += byteLength;
    read += 1;
    if (read % 100 === 0) look();
  });
  calls.push(done);
}
look();
await Promise.all(calls);
const callsGrewMiB = Math.round((peak - before) / 2 ** 20);

calls.length = 0;
globalThis.gc();
peak = 0;
const watching = setInterval(look, 1);
const snippets = await workspace.readSnippets(
  Array.from({ length: requests }, (_, index) => ({
    path: at(index),
    start: index % 1_000,
    end: (index % 1_000) + 20,
  })),
);
clearInterval(watching);
look();
const refused = snippets.filter(({ status }) => status !== 'fulfilled').length;
const batchGrewMiB = Math.round((peak - before) / 2 ** 20);
await workspace.close();
console.log(JSON.stringify({ read, bytes, refused, callsGrewMiB, batchGrewMiB }));
