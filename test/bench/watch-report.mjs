// What the watch benchmark prints: one table a figure, and its goal where it has one.
import { chokidar, native } from './watch-contenders.mjs';

/** `least`: how many times ours chokidar's is, at least. `limit`: what ours is at most. `whole`: ours is 1. */
const figures = [
  { measurement: 'ready', key: 'readyMs', title: 'time until ready, ms', least: 10 },
  { measurement: 'ready', key: 'rssMiB', title: 'resident memory right after ready, MiB', least: 5 },
  { measurement: 'ready', key: 'rssCollectedMiB', title: 'resident memory after one gc(), MiB', least: 5 },
  { measurement: 'ready', key: 'watches', title: 'inotify watches', least: 10 },
  { measurement: 'latency', key: 'medianMs', title: 'write to event, median, ms', limit: 5 },
  { measurement: 'latency', key: 'p99Ms', title: 'write to event, 99th percentile, ms' },
  { measurement: 'latency', key: 'lost', title: 'changes not told of', isQuietAtZero: true },
  { measurement: 'burst', key: 'told', title: 'burst: distinct files told of' },
  { measurement: 'burst', key: 'part', title: 'burst: part of the files told of', whole: true },
  { measurement: 'burst', key: 'writtenMs', title: 'burst: first write to last write, ms' },
  { measurement: 'burst', key: 'lastMs', title: 'burst: first write to last event, ms' },
  { measurement: 'idle', key: 'cpuPercent', title: 'idle: CPU time, % of one core' },
];

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function text(value) {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
}

function goalOf({ key, title, least, limit, whole }, results) {
  const ours = results.get(native)?.median;
  const theirs = results.get(chokidar)?.median;
  if (least !== undefined) return { key, name: `chokidar / ${native}`, value: theirs / ours, goal: least };
  if (limit !== undefined) return { key, name: `${limit} ms / ${native}`, value: limit / ours, goal: 1 };
  if (whole) return { key, name: title, value: ours, goal: 1 };
  return undefined;
}

function showGoal(goal) {
  const { name, value, goal: least } = goal;
  const isMeasured = Number.isFinite(value);
  const verdict = isMeasured ? (value >= least ? 'met' : 'MISSED') : 'not measured';
  console.log(
    `  ${name.padEnd(42)} ${(isMeasured ? value.toFixed(2) : '–').padStart(10)}   goal ${least}   ${verdict}`,
  );
  return { ...goal, verdict };
}

/** `runs`: measurement → contender → figures of each round. Prints, and gives what was printed. */
export function reportWatch(runs) {
  const tables = [];
  const goals = [];
  for (const figure of figures) {
    const results = new Map();
    for (const [contender, rounds] of runs.get(figure.measurement) ?? []) {
      const all = rounds.map((round) => round[figure.key]).filter((value) => Number.isFinite(value));
      if (all.length > 0) results.set(contender, { median: median(all), range: [Math.min(...all), Math.max(...all)] });
    }
    if (results.size === 0) continue;
    if (figure.isQuietAtZero && [...results.values()].every(({ range }) => range[1] === 0)) continue;
    console.log(`\n${figure.title}`);
    for (const [contender, { median: middle, range }] of results)
      console.log(`  ${contender.padEnd(42)} ${text(middle).padStart(10)}   (${range.map(text).join('–')})`);
    const goal = goalOf(figure, results);
    if (goal) goals.push(showGoal(goal));
    tables.push({ key: figure.key, title: figure.title, results: Object.fromEntries(results) });
  }
  return { tables, goals };
}
