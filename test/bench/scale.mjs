// npm run bench -- scale [--most FILES] [--most-bytes BYTES] [--plot FILE]: how time and memory grow with the number of files, and
// with the size of one.
import { mkdirSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { atMost, medianOf, tableOf } from './figures.mjs';
import { plot } from './plot.mjs';
import { here, runScript } from './processes.mjs';
import { interleave } from './rounds.mjs';
import { makeWatchTree, warmTree } from './watch-tree.mjs';

const filesADirectory = 20;
const treeSizes = [1_000, 10_000, 100_000, 1_000_000];
const fileSizes = [2 ** 10, 2 ** 14, 2 ** 18, 2 ** 22, 2 ** 26, 2 ** 30, 2 ** 32];
/** Time and memory of nothing else are all that a growth of less than this can come from. */
const noise = 1.1;

const treeOperations = new Map([
  ['list', 'listFiles'],
  ['stamps', "scanChanges, verify: 'stamp'"],
  ['contents', "scanChanges, verify: 'content'"],
  ['watch', 'openWorkspace, watch: true'],
]);
const fileOperations = new Map([
  ['hash', "scanChanges, verify: 'content'"],
  ['stream', 'createReadStream'],
  ['stat', 'stat'],
]);

const countText = (count) => `${count.toLocaleString('en')} files`;

function bytesText(bytes) {
  const power = Math.min(3, Math.floor(Math.log2(bytes) / 10));
  return `${bytes / 2 ** (10 * power)} ${['B', 'KiB', 'MiB', 'GiB'][power]}`;
}

/** Where operations are measured: { size, name, place } each. */
function makeTrees(directory, most) {
  return treeSizes
    .filter((size) => size <= most)
    .map((size) => {
      const { root } = makeWatchTree(directory, size, Math.ceil(size / filesADirectory));
      warmTree(root);
      return { size, name: countText(size), place: root };
    });
}

function makeFiles(directory, most) {
  return fileSizes
    .filter((size) => size <= most)
    .map((size) => {
      const place = path.join(directory, `file-${size}`);
      writeFileSync(place, '');
      truncateSync(place, size);
      return { size, name: bytesText(size), place };
    });
}

/** One table an operation, a row a size. */
async function measureAll(rounds, operations, sizes, { unit, perUnit }) {
  const columns = [
    { key: 'elapsedMs', title: 'ms' },
    { key: 'each', title: unit },
    { key: 'stallMs', title: 'longest stall, ms', digits: 1 },
    { key: 'beforeMiB', title: 'memory before, MiB', digits: 0 },
    { key: 'peakMiB', title: 'peak memory, MiB', digits: 0 },
  ];
  const tables = new Map();
  for (const [what, title] of operations) {
    const contenders = sizes.map(({ size, name, place }) => ({
      name,
      measure() {
        const figures = runScript('scale-contender.mjs', [what, place], ['--expose-gc']);
        return { ...figures, each: perUnit(figures.elapsedMs, size) };
      },
    }));
    tables.set(what, tableOf({ title, columns, contenders, runs: await interleave(rounds, contenders) }));
  }
  return tables;
}

/** The exponent of growth between the two largest sizes: 1 is linear. */
function exponentGoals(tables, sizes) {
  if (sizes.length < 2) return [];
  const [smaller, larger] = sizes.slice(-2);
  return [...tables.values()].flatMap((table) =>
    ['elapsedMs', 'peakMiB'].map((key) => {
      const growth = medianOf(table, larger.name, key) / medianOf(table, smaller.name, key);
      const exponent = Math.log(growth) / Math.log(larger.size / smaller.size);
      const name = `${table.title}: exponent of ${key === 'peakMiB' ? 'memory' : 'time'}, ${smaller.name} to ${larger.name}`;
      return atMost(name, exponent, noise);
    }),
  );
}

/** Nothing holds the whole content. */
function memoryGoals(tables, sizes) {
  if (sizes.length < 2) return [];
  const [smallest, largest] = [sizes[0], sizes.at(-1)];
  return [...tables.values()].map((table) => {
    const more = medianOf(table, largest.name, 'peakMiB') - medianOf(table, smallest.name, 'peakMiB');
    return atMost(`${table.title}: memory for ${largest.name} above that for ${smallest.name}, MiB`, more, 64);
  });
}

function panelsOf(trees, treeTables, files, fileTables) {
  const panel = (title, [key, yTitle], sizes, tables, operations, xTitle) => ({
    title: `${title}: ${key === 'peakMiB' ? 'peak memory' : 'time'}`,
    xTitle,
    yTitle,
    xTicks: sizes.map(({ size, name }) => ({ value: size, label: name.replace(' files', '') })),
    series: [...operations].map(([what, name]) => ({
      name,
      points: sizes.map((size) => [size.size, medianOf(tables.get(what), size.name, key)]),
    })),
  });
  const kinds = [
    ['elapsedMs', 'milliseconds'],
    ['peakMiB', 'MiB'],
  ];
  return [
    ...kinds.map((kind) => panel('many files', kind, trees, treeTables, treeOperations, 'files')),
    ...kinds.map((kind) => panel('one file', kind, files, fileTables, fileOperations, 'size of the file')),
  ];
}

export async function benchScale({
  rounds,
  directory,
  most = 100_000,
  mostBytes = 2 ** 32,
  plotFile = path.join(here, '../../docs/performance-scale.svg'),
}) {
  const stage = path.join(directory, 'scale');
  mkdirSync(stage, { recursive: true });
  try {
    const trees = makeTrees(directory, most);
    const files = makeFiles(realpathSync(stage), mostBytes);
    const treeTables = await measureAll(rounds, treeOperations, trees, {
      unit: 'µs a file',
      perUnit: (milliseconds, count) => (milliseconds * 1000) / count,
    });
    const fileTables = await measureAll(rounds, fileOperations, files, {
      unit: 'ns a byte',
      perUnit: (milliseconds, bytes) => (milliseconds * 1e6) / bytes,
    });
    writeFileSync(plotFile, plot('Time and memory by size', panelsOf(trees, treeTables, files, fileTables)));
    return {
      part: 'scale',
      title: 'growth with the number of files, and with the size of one',
      settings: { most, mostBytes, rounds },
      notes: [
        `trees of files of 64 bytes, ${filesADirectory} a directory; single files are sparse, so that they are read from memory, not from a disk`,
        'memory before: what the process held when the work began, the known state of a scan included',
      ],
      tables: [
        ...[...treeTables.values()].map((table) => ({ ...table, title: `many files: ${table.title}` })),
        ...[...fileTables.values()].map((table) => ({ ...table, title: `one file: ${table.title}` })),
      ],
      goals: [...exponentGoals(treeTables, trees), ...memoryGoals(fileTables, files)],
    };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
