// node descriptors-child.mjs <what> <directory> <maxOpenFiles>: does one thing with the files of a directory between two marks,
// opens that fail, so that a trace tells which descriptors belong to it. Prints those that were open at the first mark.
import { closeSync, openSync, readdirSync } from 'node:fs';
import { openWorkspace } from '../../dist/index.js';
import { filesOf, nothingKnown, requestsOf } from './tree.mjs';

const [what, directory, maxOpenFiles] = process.argv.slice(2);
const paths = filesOf(directory);
const open = () => openWorkspace({ roots: [directory], maxOpenFiles: Number(maxOpenFiles) });
let workspace = await open();

const actions = {
  /** A control: what the trace has to find is known. */
  async hold(files) {
    const held = files.slice(0, 40).map((file) => openSync(file));
    for (const descriptor of held) closeSync(descriptor);
  },
  async read(files) {
    every(await workspace.readSnippets(requestsOf(files)));
  },
  /** Three calls at once have the permits of one workspace. */
  async readAtOnce(files) {
    await Promise.all([files, files, files].map((some) => actions.read(some)));
  },
  async scanStamps(files) {
    await workspace.scanChanges(nothingKnown(files), { verify: 'stamp' });
  },
  async scanContents(files) {
    await workspace.scanChanges(nothingKnown(files), { verify: 'content' });
  },
  async write(files) {
    every(await workspace.writeFiles(files.map((file) => ({ path: file, data: 'new content\n' }))));
  },
  async list() {
    for await (const _ of workspace.listFiles()) void _;
  },
  async listHashes() {
    for await (const _ of workspace.listFiles({ hash: true })) void _;
  },
};

function every(results) {
  const failed = results.find(({ status }) => status !== 'fulfilled');
  if (failed) throw failed.reason;
}

function mark(name) {
  try {
    openSync(`/ploke-io-mark/${name}`);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

// The first call of a kind loads modules and starts threads. After close() nothing of it is open, or is about to be closed.
await actions[what](paths.slice(0, 8));
await workspace.close();
workspace = await open();
const listing = readdirSync('/proc/self/fd').map(Number);
// The listing has shown its own descriptor as well, and that number is free again.
const listed = openSync('/dev/null');
closeSync(listed);
mark('begin');
await actions[what](paths);
mark('end');
await workspace.close();
console.log(JSON.stringify({ open: listing.filter((descriptor) => descriptor !== listed) }));
