// node instructions-child.mjs <directory> <rounds>: does each batch of batchNames once and then some rounds that are counted by
// callgrind, with callgrind-marks.c preloaded. Each round makes one file of counts.
import { setPriority } from 'node:os';
import { openWorkspace, packSnippetRequests } from '../../dist/index.js';
import { readOneByOne, withSubscriber } from './calls.mjs';
import { batchNames } from './instructions.mjs';
import { filesOf, remember, requestsOf } from './tree.mjs';

const [directory, rounds] = process.argv.slice(2);
const paths = filesOf(directory);
const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
const known = await remember(workspace, paths);
// Long enough for another copy of each to show.
const requests = () => requestsOf(paths, 600);
const packed = packSnippetRequests(requests());
const writes = paths.slice(0, 100).map((file) => ({ path: file, data: 'a line that is new\n'.repeat(100) }));

const batches = {
  readPacked: () => every(workspace.readSnippets(packed)),
  readPlain: () => every(workspace.readSnippets(requests())),
  scanStamps: () => unchanged(workspace.scanChanges(known, { verify: 'stamp' })),
  readCalls: () => readOneByOne(workspace, paths),
  readCallsTold: () => withSubscriber(() => readOneByOne(workspace, paths)),
  scanContents: () => unchanged(workspace.scanChanges(known, { verify: 'content' })),
  // The last: the others need the files as they were.
  write: () => every(workspace.writeFiles(writes)),
};

async function every(settling) {
  const failed = (await settling).find(({ status }) => status !== 'fulfilled');
  if (failed) throw failed.reason;
}

async function unchanged(scanning) {
  const { changes } = await scanning;
  if (changes.length > 0) throw new Error(`${changes.length} files have changed`);
}

const mark = { start: 1, zero: 2, dump: 3 };

setPriority(0, mark.start);
for (const name of batchNames) {
  await batches[name]();
  for (let round = 0; round < Number(rounds); round += 1) {
    gc();
    setPriority(0, mark.zero);
    await batches[name]();
    setPriority(0, mark.dump);
  }
}
await workspace.close();
