// Runs under a lowered descriptor limit: ten thousand reads and a thousand writes at once. Prints one JSON line.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { openWorkspace } from '../../dist/index.js';

const [directory, filesArgument, limit] = process.argv.slice(2);
// Not before: loading modules opens more files at once than that.
execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${limit}:${limit}`]);
const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
const files = Number(filesArgument);
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, readdirSync('/proc/self/fd').length);
}, 1);
const before = readdirSync('/proc/self/fd').length;
const reads = Array.from({ length: 10_000 }, (_, index) =>
  workspace.readFile(path.join(directory, `file${index % files}`)),
);
const writes = Array.from({ length: 1000 }, (_, index) =>
  workspace.writeFile(path.join(directory, `file${index % files}`), `written ${index}\n`),
);
const settled = await Promise.allSettled([...reads, ...writes]);
clearInterval(watch);
const failures = settled.filter((result) => result.status === 'rejected').map((result) => result.reason.code);
await workspace.close();
const after = readdirSync('/proc/self/fd').length;
console.log(JSON.stringify({ limits: workspace.limits, failures, before, after, peak }));
