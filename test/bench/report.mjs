// npm run bench -- report [--with watch,scale] [--rounds N] [--from FILE,…] [--output FILE]: runs the benchmarks and writes
// docs/performance.md. Results are kept in the bench's directory after each part; --from writes the document from such files, or from
// what --json printed, instead of measuring: of parts with the same command the last one counts.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { measurePart } from './benchmarks.mjs';
import { describeMachine } from './machine.mjs';
import { documentText, keptByHand } from './markdown.mjs';
import { printPart } from './print.mjs';
import { here } from './processes.mjs';

const always = [
  ['read', {}],
  ['read', { corpus: 'node_modules' }],
  ['scan', {}],
  ['scan', { files: 100_000, stamps: true }],
  ['lock', {}],
  ['write', {}],
  ['profile', {}],
];
const onRequest = new Map([
  ['watch', ['watch', {}]],
  ['scale', ['scale', { most: 1_000_000 }]],
]);

async function measureAll({ rounds, directory, with: wanted = [], most }) {
  const unknown = wanted.find((name) => !onRequest.has(name));
  if (unknown !== undefined) throw new Error(`--with takes ${[...onRequest.keys()].join(', ')}, not ${unknown}`);
  const results = { machine: describeMachine(directory), parts: [] };
  const file = path.join(directory, 'results.json');
  for (const [name, settings] of [...always, ...wanted.map((each) => onRequest.get(each))]) {
    const own = name === 'scale' && most !== undefined ? { ...settings, most } : settings;
    const part = await measurePart(name, { rounds, directory, ...own });
    results.parts.push(part);
    printPart(part);
    // A run takes long: what is measured is not lost when a later part fails.
    writeFileSync(file, JSON.stringify(results));
  }
  console.log(`\nresults are in ${file}`);
  return results;
}

function readResults(files) {
  const all = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const parts = new Map(all.flatMap((each) => each.parts.map((part) => [part.command, part])));
  return { machine: all.at(-1).machine, parts: [...parts.values()] };
}

export async function writeReport(options) {
  const { from, output = path.join(here, '../../docs/performance.md') } = options;
  const results = from ? readResults(from) : await measureAll(options);
  const kept = existsSync(output) ? keptByHand(readFileSync(output, 'utf8')) : new Map();
  writeFileSync(output, documentText(results, kept));
  console.log(`written: ${output}`);
}
