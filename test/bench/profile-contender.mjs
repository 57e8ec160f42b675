// node profile-contender.mjs <what> <directory> <known>: where the time of one kind of call goes, in a fresh process. Prints one
// line of JSON: microseconds of a file, a replace or a lock.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { openWorkspace, packSnippetRequests } from '../../dist/index.js';
import { profiled } from './thread-times.mjs';

const [what, directory, known] = process.argv.slice(2);
const file = path.join(directory, 'profiled');

async function read(isAgain) {
  const { root, files } = JSON.parse(readFileSync(known, 'utf8'));
  const workspace = await openWorkspace({ roots: [root] });
  const requests = packSnippetRequests(
    files.flatMap(({ path, hash, ranges }) => ranges.map(([start, end]) => ({ path, start, end, expectedHash: hash }))),
  );
  const run = () => workspace.readSnippets(requests);
  if (isAgain) await run();
  return { workspace, figures: await profiled(files.length, run) };
}

async function replace(durability, count = 1_000) {
  writeFileSync(file, 'content');
  const workspace = await openWorkspace({ roots: [directory], durability });
  let { hash } = await workspace.readFile(file, { encoding: 'buffer' });
  const run = async () => {
    for (let round = 0; round < count; round += 1) {
      const data = Buffer.alloc(8192, `content ${round} `);
      ({ hash } = await workspace.writeFile(file, data, { expectedHash: hash }));
    }
  };
  await run();
  await run();
  return { workspace, figures: await profiled(count, run) };
}

async function lock(count = 100_000) {
  writeFileSync(file, 'content');
  const workspace = await openWorkspace({ roots: [directory] });
  const run = async (times) => {
    for (let round = 0; round < times; round += 1) await (await workspace.lock(file)).release();
  };
  await run(count / 5);
  return { workspace, figures: await profiled(count, () => run(count)) };
}

const contenders = {
  'read: first': () => read(false),
  'read: once more': () => read(true),
  'replace: strict': () => replace('strict'),
  'replace: none': () => replace('none'),
  lock: () => lock(),
};

const { workspace, figures } = await contenders[what]();
await workspace.close();
console.log(JSON.stringify(figures));
