// node system-calls-child.mjs <what> <directory> <file for a known state>: does one thing with the files of a directory, so that its system calls can be counted.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hashContent, openWorkspace, packKnownFiles } from '../../dist/index.js';

const [what, directory, state] = process.argv.slice(2);
const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
const paths = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
const workspace = await openWorkspace({ roots: [directory] });

const actions = {
  async nothing() {},
  async read() {
    const requests = paths.flatMap((file) => [0, 10, 20].map((start) => ({ path: file, start, end: start + 10 })));
    await workspace.readSnippets(requests);
  },
  /** With stamps that prove something: taken until none is too young. */
  async remember() {
    let known = packKnownFiles(paths.map((file) => ({ path: file, hash: hashContent('') })));
    do ({ known } = await workspace.scanChanges(known));
    while ([...known].some(({ stamp }) => stamp.endsWith('y')));
    writeFileSync(state, JSON.stringify(known));
  },
  async scan() {
    const { changes } = await workspace.scanChanges(JSON.parse(readFileSync(state, 'utf8')), { verify: 'stamp' });
    if (changes.length > 0) throw new Error(`${changes.length} files have changed`);
  },
  async write() {
    let { hash } = await workspace.readFile(paths[0]);
    for (let round = 0; round < 100; round += 1) {
      ({ hash } = await workspace.writeFile(paths[0], `round ${round}\n`, { expectedHash: hash }));
    }
  },
  async list() {
    for await (const _ of workspace.listFiles()) void _;
  },
};
await actions[what]();
await workspace.close();
