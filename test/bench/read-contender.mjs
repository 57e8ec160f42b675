// node read-contender.mjs <name> <known>: reads and verifies the files once in a fresh process, prints one line of JSON. Every
// contender does the same work: read each file, check its SHA-256 against the expected one, cut three snippets.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { peakMiB, timed } from './timed.mjs';

const [name, known] = process.argv.slice(2);
const { root, files } = JSON.parse(readFileSync(known, 'utf8'));

/** Gives the length of the snippets. */
function verify({ path, hash, ranges }, bytes) {
  const actual = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
  if (actual !== hash) throw new Error(`changed: ${path}`);
  let length = 0;
  for (const [start, end] of ranges) length += bytes.toString('utf8', start, end).length;
  return length;
}

async function ownContender({ isPacked = true, isAgain = false, cache = false } = {}) {
  const { openWorkspace, packSnippetRequests } = await import('../../dist/index.js');
  const workspace = await openWorkspace({ roots: [root], cache });
  const list = files.flatMap(({ path, hash, ranges }) =>
    ranges.map(([start, end]) => ({ path, start, end, expectedHash: hash })),
  );
  const requests = isPacked ? packSnippetRequests(list) : list;
  const run = async () => {
    let length = 0;
    for (const result of await workspace.readSnippets(requests)) {
      if (result.status !== 'fulfilled') throw result.reason;
      length += result.value.text.length;
    }
    return length;
  };
  if (isAgain) await run();
  const hits = () => workspace.metrics().counters['cache.hits'] ?? 0;
  return {
    run,
    close() {
      if (cache && hits() !== files.length) throw new Error(`${hits()} of ${files.length} files came from the cache`);
      return workspace.close();
    },
  };
}

const contenders = {
  'ploke-io': ownContender,
  'ploke-io, requests not packed': () => ownContender({ isPacked: false }),
  'ploke-io, once more': () => ownContender({ isAgain: true }),
  'ploke-io, once more, cached': () => ownContender({ isAgain: true, cache: { maxBytes: 2 ** 30 } }),
  async 'fs.promises + p-limit 50'() {
    const { default: pLimit } = await import('p-limit');
    const limit = pLimit(50);
    return {
      async run() {
        let length = 0;
        const readOne = async (file) => {
          const bytes = await readFile(file.path);
          length += verify(file, bytes);
        };
        await Promise.all(files.map((file) => limit(readOne, file)));
        return length;
      },
      close() {},
    };
  },
  'readFileSync loop'() {
    return {
      run: () => files.reduce((length, file) => length + verify(file, readFileSync(file.path)), 0),
      close() {},
    };
  },
};

const contender = await contenders[name]();
const { result: length, elapsedMs, stallMs } = await timed(() => contender.run());
await contender.close();
console.log(JSON.stringify({ elapsedMs, stallMs, peakMiB: peakMiB(), length }));
