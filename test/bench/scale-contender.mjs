// node --expose-gc scale-contender.mjs <what> <path>: one operation on a tree or a file of some size, in a fresh process. Prints
// one line of JSON.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { hashContent, openWorkspace, packKnownFiles } from '../../dist/index.js';
import { timed } from './timed.mjs';

const [what, place] = process.argv.slice(2);

const statusMiB = (key) =>
  Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;

/** From here on the peak is that of what follows: proc_pid_clear_refs(5). */
async function beginMemory() {
  global.gc();
  // What is free is given back to the system by another thread.
  await setTimeout(1_000);
  writeFileSync('/proc/self/clear_refs', '5');
  return statusMiB('VmRSS');
}

async function measure(work) {
  const beforeMiB = await beginMemory();
  const { elapsedMs, stallMs } = await timed(work);
  return { elapsedMs, stallMs, beforeMiB, peakMiB: statusMiB('VmHWM') };
}

async function measureScan(verify) {
  const workspace = await openWorkspace({ roots: [place] });
  const files = [];
  for await (const file of workspace.listFiles({ hash: true })) files.push(file);
  let known = packKnownFiles(files);
  files.length = 0;
  const scan = async () => {
    const { changes, failures, known: next } = await workspace.scanChanges(known, { verify });
    if (changes.length + failures.length > 0) throw new Error('the files are not at rest');
    known = next;
  };
  await scan();
  const figures = await measure(scan);
  await workspace.close();
  return figures;
}

/** Of one file, after the same was done once. */
async function measureFile(operation) {
  const workspace = await openWorkspace({ roots: [path.dirname(place)] });
  await operation(workspace);
  const figures = await measure(() => operation(workspace));
  await workspace.close();
  return figures;
}

const operations = {
  async list() {
    const workspace = await openWorkspace({ roots: [place] });
    let count = 0;
    const figures = await measure(async () => {
      for await (const { type } of workspace.listFiles()) count += type === 'file' ? 1 : 0;
    });
    await workspace.close();
    return { ...figures, count };
  },
  stamps: () => measureScan('stamp'),
  contents: () => measureScan('content'),
  async watch() {
    let workspace;
    const figures = await measure(async () => {
      workspace = await openWorkspace({ roots: [place], watch: true });
    });
    await workspace.close();
    return figures;
  },
  hash: () =>
    measureFile(async (workspace) => {
      // Of another content, so that the scan tells the hash.
      const known = [{ path: place, hash: hashContent('other') }];
      const { changes } = await workspace.scanChanges(known, { verify: 'content' });
      if (changes[0]?.after === null) throw new Error(`nothing is there: ${place}`);
    }),
  stream: () =>
    measureFile(async (workspace) => {
      for await (const _ of workspace.createReadStream(place));
    }),
  stat: () => measureFile((workspace) => workspace.stat(place)),
};

console.log(JSON.stringify(await operations[what]()));
