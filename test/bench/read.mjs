// npm run bench -- read [--files N] [--corpus node_modules]: read and verify, against peers and the C limit in the same run.
import { mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { makeCorpus } from './corpus.mjs';
import { atMost, medianOf, ratioAtLeast, tableOf } from './figures.mjs';
import { compile, here, runScript, runText } from './processes.mjs';
import { textFilesOf, writeKnown } from './read-known.mjs';
import { interleave } from './rounds.mjs';

const own = 'ploke-io';
const limit = 'C, 2 threads';
const promises = 'fs.promises + p-limit 50';
const loop = 'readFileSync loop';
const unpacked = `${own}, requests not packed`;
const again = `${own}, once more`;
const cached = `${again}, cached`;
const columns = [
  { key: 'elapsedMs', title: 'ms', digits: 1 },
  { key: 'stallMs', title: 'longest stall, ms', digits: 1 },
  { key: 'peakMiB', title: 'peak memory, MiB', digits: 0 },
];

const countText = (count) => count.toLocaleString('en');

async function corpusOf({ corpus, directory, files: count }) {
  if (corpus === 'node_modules') {
    const root = realpathSync(path.join(here, '../../node_modules'));
    return { root, files: textFilesOf(root) };
  }
  if (corpus !== 'generated') throw new Error(`no such corpus: ${corpus}; there are generated, node_modules`);
  const root = path.join(directory, `read-${count}`);
  return { root, files: await makeCorpus(root, count) };
}

export async function benchRead({ rounds, directory, files: count = 10_000, corpus = 'generated' }) {
  mkdirSync(directory, { recursive: true });
  const { root, files } = await corpusOf({ corpus, directory, files: count });
  const known = path.join(directory, `read-known-${corpus}`);
  const facts = writeKnown(root, files, known);
  const program = path.join(directory, 'read-loop');
  compile('read-loop.cc', program, ['sha256.cc', 'utf8.cc']);
  const inC = () => JSON.parse(runText(program, [root, `${known}.list`, 2], 'go\n'));
  const first = inC();
  if (first.differing > 0) throw new Error(`${first.differing} files differ for the program in C`);
  const inNode = (name) => () => runScript('read-contender.mjs', [name, `${known}.json`]);
  const contenders = [
    {
      name: limit,
      calls: 'openat2 (beneath), fstat, read, close a file',
      note: `SHA-256 by ${first.hash}`,
      measure: inC,
    },
    { name: own, calls: 'openat2 (beneath), fstat, read, close a file; packed requests', measure: inNode(own) },
    { name: unpacked, calls: 'as above, with the requests as objects', measure: inNode(unpacked) },
    { name: promises, calls: 'openat, statx, read, close a file, each on the thread pool', measure: inNode(promises) },
    { name: loop, calls: 'openat, fstat, read, close a file, on the main thread', measure: inNode(loop) },
  ];
  const runs = await interleave(rounds, contenders);
  const lengths = new Set([...runs.values()].flat().map(({ length }) => length));
  lengths.delete(undefined);
  if (lengths.size !== 1) throw new Error(`the contenders have different snippets: ${[...lengths].join(', ')}`);
  const title = `read, verify and cut ${countText(facts.length * 3)} snippets of ${countText(facts.length)} files`;
  const table = tableOf({ title, columns, contenders, runs, compare: { column: 'elapsedMs', row: own } });
  const repeated = [
    { name: again, calls: 'as above, in a process that has read the files before', measure: inNode(again) },
    { name: cached, calls: 'openat2 (beneath), fstat, close a file', measure: inNode(cached) },
  ];
  const cacheTable = tableOf({
    title: 'the same once more, with and without the cache',
    columns,
    contenders: repeated,
    runs: await interleave(rounds, repeated),
    compare: { column: 'elapsedMs', row: cached },
  });
  return {
    part: 'read',
    title: `read, ${corpus === 'generated' ? 'generated files' : corpus}`,
    settings: { corpus, files: facts.length, rounds },
    notes: [],
    tables: [table, cacheTable],
    // They are those of generated files: other trees have other sizes.
    goals:
      corpus === 'generated'
        ? [
            ratioAtLeast(table, [promises, own], 7.5),
            ratioAtLeast(table, [loop, own], 1.7),
            ratioAtLeast(table, [limit, own], 0.62),
            atMost(`${own}: longest stall, ms`, medianOf(table, own, 'stallMs'), 20),
            ratioAtLeast(table, [promises, own], 1, 'peakMiB'),
            ratioAtLeast(cacheTable, [again, cached], 1.1),
          ]
        : [],
  };
}
