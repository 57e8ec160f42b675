// What the watch benchmark makes of its runs: a table for each measurement, and the goals.
import { atLeast, atMost, medianOf, ratioAtLeast, tableOf } from './figures.mjs';
import { chokidar, contenders, native } from './watch-contenders.mjs';

/** By measurement: title of the table, and its columns. `least`: how many times ours chokidar's is, at least. */
const measurements = new Map([
  [
    'ready',
    {
      title: 'until a watch is ready',
      columns: [
        { key: 'readyMs', title: 'ms', digits: 0, least: 10 },
        { key: 'rssMiB', title: 'resident memory, MiB', digits: 0, least: 5 },
        { key: 'rssCollectedMiB', title: 'after one gc(), MiB', digits: 0, least: 5 },
        { key: 'watches', title: 'inotify watches', least: 10 },
      ],
    },
  ],
  [
    'latency',
    {
      title: 'from a write to its event',
      columns: [
        { key: 'medianMs', title: 'median, ms' },
        { key: 'p99Ms', title: '99th percentile, ms' },
        { key: 'lost', title: 'changes not told of' },
      ],
    },
  ],
  [
    'burst',
    {
      title: 'a burst of writes, each file once',
      columns: [
        { key: 'told', title: 'files told of' },
        { key: 'writtenMs', title: 'first write to last write, ms' },
        { key: 'lastMs', title: 'first write to last event, ms' },
        { key: 'part', title: 'part of the files told of' },
      ],
    },
  ],
  ['idle', { title: 'nothing changes', columns: [{ key: 'cpuPercent', title: 'CPU time, % of one core' }] }],
]);

function goalsOf(measurement, table) {
  if (measurement === 'latency')
    return [atMost(`${native}: from a write to its event, median, ms`, medianOf(table, native, 'medianMs'), 5)];
  if (measurement === 'burst')
    return [atLeast(`${native}: part of the files of a burst told of`, medianOf(table, native, 'part'), 1)];
  return table.columns
    .filter(({ least }) => least !== undefined)
    .map(({ key, least }) => ratioAtLeast(table, [chokidar, native], least, key));
}

/** `runs`: measurement → contender → figures of each round. */
export function reportWatch(runs) {
  const tables = [];
  const goals = [];
  for (const [measurement, { title, columns }] of measurements) {
    if (!runs.has(measurement)) continue;
    const rows = [...contenders.keys()].map((name) => ({ name }));
    const table = tableOf({ title, columns, contenders: rows, runs: runs.get(measurement) });
    tables.push(table);
    goals.push(...goalsOf(measurement, table));
  }
  return { tables, goals };
}
