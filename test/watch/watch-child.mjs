// node watch-child.mjs <options as JSON> with an IPC channel: watches, keeps the listing that its events give, and answers
// each message { ask: 'state' } with what was delivered until then and how the listing differs from the disk.

import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { differences, diskListing, replay } from './replay.mjs';

const { library, directory, watch, ignored = [], turnsPerEvent = 0 } = JSON.parse(process.argv[2]);
const { openWorkspace } = await import(pathToFileURL(library));
const isIgnored = (relative) => ignored.some((name) => relative === name || relative.startsWith(`${name}/`));
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

const answers = {
  async state() {
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
