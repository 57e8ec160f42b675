// node watch-child.mjs <options as JSON> with an IPC channel: watches, keeps the listing that its events give, and answers
// each message { ask: 'state' } with what was delivered until then and how the listing differs from the disk.

import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { differences, diskListing, replay } from './replay.mjs';

const { library, directory, watch, ignored = [], turnsPerEvent = 0, calls = 0 } = JSON.parse(process.argv[2]);
const { openWorkspace } = await import(pathToFileURL(library));
// The library's own folder is hidden from events as from listings.
const hidden = [...ignored, '.ploke-io'];
const isIgnored = (relative) => hidden.some((name) => relative === name || relative.startsWith(`${name}/`));
const workspace = await openWorkspace({ roots: [directory], watch, ignore: ignored.map((name) => `/${name}/`) });
const listing = diskListing(directory, isIgnored);
let counts = {};
let changes = [];

let isWaiting = false;
const events = workspace.events();

const reading = (async () => {
  for (;;) {
    isWaiting = true;
    const { done, value: event } = await events.next();
    isWaiting = false;
    if (done) return;
    for (let turns = 0; turns < turnsPerEvent; turns++) await turn();
    counts[event.type] = (counts[event.type] ?? 0) + 1;
    if (event.path !== undefined) changes.push(event);
    replay(listing, event);
  }
})();

/** Calls of its own among the changes of others; what fails because they were faster is simply not done. */
async function callAtRandom() {
  const random = (below) => Math.floor(Math.random() * below);
  const paths = () => [directory, ...listing.keys()];
  const some = () => paths()[random(listing.size + 1)];
  const fresh = () => path.join(some(), `own${random(5)}`);
  const options = { durability: 'none' };
  const kinds = [
    () => workspace.createFile(fresh(), 'own', { ...options, ifExists: 'replace' }),
    () => workspace.writeFile(some(), `${random(1_000)}`, options),
    () => workspace.rename(some(), fresh(), options),
    () => workspace.createDirectory(fresh(), options),
    () => workspace.removeDirectory(some(), options),
    () => workspace.removeFile(some(), options),
  ];
  const running = new Set();
  for (let count = 0; count < calls; count++) {
    const call = kinds[random(kinds.length)]()
      .catch(() => undefined)
      .finally(() => running.delete(call));
    running.add(call);
    if (random(4) === 0) await call;
    if (random(8) === 0) await turn();
  }
  await Promise.all(running);
}
const calling = callAtRandom();

const answers = {
  async state() {
    await calling;
    await workspace.flushEvents();
    // Until it has read everything, and what it missed as well.
    do await turn();
    while (!isWaiting);
    const told = {
      counts,
      changes: changes.map(({ type, path, from, entryType }) => ({ type, path, from, entryType })),
    };
    counts = {};
    changes = [];
    return { ...told, differences: differences(diskListing(directory, isIgnored), listing), size: listing.size };
  },
  async end() {
    await workspace.close();
    await reading;
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1000, rssMib: process.memoryUsage.rss() / 2 ** 20 };
  },
  async usage() {
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1000, rssMib: process.memoryUsage.rss() / 2 ** 20 };
  },
};

process.on('message', async ({ ask }) => {
  process.send(await answers[ask]());
  if (ask === 'end') process.disconnect();
});
process.send('ready');
