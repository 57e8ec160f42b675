// npm run bench -- [read|scan|lock|write|watch|scale …] [--rounds N] [--directory D] [--json]
// read: [--files N] [--corpus generated|node_modules]; scan: [--files N] [--stamps];
// watch: [--files N] [--directories N] [--only ready,latency,burst,idle]; scale: [--most N] [--most-bytes N] [--plot FILE]
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { benchLocks } from './lock.mjs';
import { describeMachine, loadAverage } from './machine.mjs';
import { printMachine, printPart } from './print.mjs';
import { benchRead } from './read.mjs';
import { benchScale } from './scale.mjs';
import { benchScan } from './scan.mjs';
import { benchWatch } from './watch.mjs';
import { benchWrites } from './write.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    directory: { type: 'string', default: path.join(os.tmpdir(), 'ploke-io-bench') },
    files: { type: 'string' },
    directories: { type: 'string' },
    corpus: { type: 'string' },
    stamps: { type: 'boolean' },
    only: { type: 'string' },
    most: { type: 'string' },
    'most-bytes': { type: 'string' },
    plot: { type: 'string' },
    json: { type: 'boolean' },
  },
});

const benchmarks = new Map([
  ['read', benchRead],
  ['scan', benchScan],
  ['lock', benchLocks],
  ['write', benchWrites],
  ['watch', benchWatch],
  ['scale', benchScale],
]);
// The others take many minutes, so they are run only where they are asked for.
const names = positionals.length > 0 ? positionals : ['read', 'scan', 'lock', 'write'];

const number = (text) => (text === undefined ? undefined : Number(text));
const options = {
  ...values,
  rounds: Number(values.rounds),
  files: number(values.files),
  directories: number(values.directories),
  only: values.only?.split(','),
  most: number(values.most),
  mostBytes: number(values['most-bytes']),
  plotFile: values.plot,
};

const unknown = names.find((name) => !benchmarks.has(name));
if (unknown === undefined) {
  mkdirSync(options.directory, { recursive: true });
  const machine = describeMachine(options.directory);
  if (!values.json) printMachine(machine);
  const parts = [];
  for (const name of names) {
    const loadBefore = loadAverage();
    const part = { ...(await benchmarks.get(name)(options)), loadBefore, loadAfter: loadAverage() };
    parts.push(part);
    if (!values.json) printPart(part);
  }
  if (values.json) console.log(JSON.stringify({ machine, parts }));
} else {
  console.error(`no benchmark is called ${unknown}: ${[...benchmarks.keys()].join(', ')} are`);
  process.exitCode = 2;
}
