// A scan that finds no descriptor: once others never give one back, once they do while it waits. Prints one JSON line.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { openWorkspace, packKnownFiles } from '../../dist/index.js';
import { loadAddon } from '../../dist/native/load.js';

const [directory, verify] = process.argv.slice(2);
execFileSync('prlimit', ['--pid', String(process.pid), '--nofile=128:128']);
const workspace = await openWorkspace({ roots: [directory] });
const files = [];
for await (const file of workspace.listFiles({ hash: true })) files.push(file);
const numberOf = (file) => Number(file.path.replace(/.*file/, ''));
files.sort((a, b) => numberOf(a) - numberOf(b));
const known = packKnownFiles(files);
await workspace.scanChanges(known, { verify });
for (let index = 0; index < files.length; index += 10) writeFileSync(files[index].path, `changed ${index}`);

const taken = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch (error) {
  if (error.code !== 'EMFILE') throw error;
}
const { failures: refused } = await workspace.scanChanges(known, { verify });
// One for a directory, none for a file in it: a part of the scan gets on.
closeSync(taken.pop());
const exhausted = firstExhaustedCall();
const scanning = workspace.scanChanges(known, { verify });
// Others give theirs back when a part of the scan has found none, and waits.
await exhausted;
for (const descriptor of taken) closeSync(descriptor);
const { changes, failures } = await scanning;
await workspace.close();

/** Resolves when a native call of a scan, which is left as it is, has come back with files that found no descriptor. */
function firstExhaustedCall() {
  const addon = loadAddon();
  const { scanKnown } = addon;
  return new Promise((resolve) => {
    addon.scanKnown = async (batch) => {
      const result = await scanKnown(batch);
      if (result.status.includes(constants.errno.EMFILE)) resolve();
      return result;
    };
  });
}

const codes = (some) => [...new Set(some.map(({ reason }) => reason.code))];
const changed = changes.map((change) => path.basename(change.path));
console.log(JSON.stringify({ changed, failures: codes(failures), refused: codes(refused) }));
