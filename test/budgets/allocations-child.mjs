// node allocations-child.mjs <directory>, with the options of allocations.mjs: prints how many bytes each batch allocates, on the
// heap and beside it. What is in use grows by what is allocated only while nothing is collected: a collection is an error.
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { openWorkspace, packSnippetRequests } from '../../dist/index.js';
import { readOneByOne, withSubscriber } from './calls.mjs';
import { filesOf, remember, requestsOf } from './tree.mjs';

const rounds = 12;
const someCalls = 500;
const paths = filesOf(process.argv[2]);
const requests = requestsOf(paths);
const packed = packSnippetRequests(requests);
const workspace = await openWorkspace({ roots: [process.argv[2]] });
const known = await remember(workspace, paths);

const batches = {
  packedSnippet: { items: requests.length, run: () => every(workspace.readSnippets(packed)) },
  plainSnippet: { items: requests.length, run: () => every(workspace.readSnippets(requests)) },
  unchangedFileScannedByStamp: {
    items: paths.length,
    run: () => unchanged(workspace.scanChanges(known, { verify: 'stamp' })),
  },
  // What a call costs beside its items, and what one more costs of which somebody is told.
  readCall: { items: someCalls, run: () => readOneByOne(workspace, paths.slice(0, someCalls)) },
  readCallTold: {
    items: someCalls,
    run: () => withSubscriber(() => readOneByOne(workspace, paths.slice(0, someCalls))),
  },
};

async function every(reading) {
  const results = await reading;
  if (results.some(({ status }) => status !== 'fulfilled')) throw new Error('a snippet was not read');
  return results;
}

async function unchanged(scanning) {
  const result = await scanning;
  if (result.changes.length > 0) throw new Error(`${result.changes.length} files have changed`);
  return result;
}

let collections = 0;
const observer = new PerformanceObserver((list) => {
  collections += list.getEntries().length;
});
observer.observe({ entryTypes: ['gc'] });

/** How many there were: each is told in a turn of its own after it. */
async function countCollections() {
  await turn();
  await turn();
  return collections;
}

function bytesInUse() {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

const bytes = {};
for (const [name, { items, run }] of Object.entries(batches)) {
  const measured = [];
  for (let round = 0; round < rounds; round += 1) {
    gc();
    const collectionsBefore = await countCollections();
    const before = bytesInUse();
    const results = await run();
    measured.push((bytesInUse() - before) / items);
    if ((await countCollections()) !== collectionsBefore) throw new Error(`${name}: a collection came between`);
    // Whoever reads them needs them until now.
    if (!results) throw new Error(`${name}: no results`);
  }
  // What else allocates now and then (the first rounds of all, timers) only adds.
  bytes[name] = Math.min(...measured);
}
await workspace.close();
console.log(JSON.stringify(bytes));
