// npm run bench -- [read|scan|lock|write|profile|watch|scale …] [--rounds N] [--directory D] [--json]
// read: [--files N] [--corpus generated|node_modules]; scan: [--files N] [--stamps];
// watch: [--files N] [--directories N] [--only ready,latency,burst,idle]; scale: [--most N] [--most-bytes N] [--plot FILE]
// npm run bench -- report [--with watch,scale] [--most N] [--from FILE,…] [--output FILE]
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { benchmarks, measurePart, usual } from './benchmarks.mjs';
import { describeMachine } from './machine.mjs';
import { printMachine, printPart } from './print.mjs';
import { writeReport } from './report.mjs';

const text = { type: 'string' };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    directory: { type: 'string', default: path.join(os.tmpdir(), 'ploke-io-bench') },
    json: { type: 'boolean' },
    stamps: { type: 'boolean' },
    files: text,
    directories: text,
    corpus: text,
    only: text,
    most: text,
    'most-bytes': text,
    plot: text,
    with: text,
    from: text,
    output: text,
  },
});

function count(name) {
  const given = values[name];
  if (given === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(given)) throw new Error(`--${name} is ${given}: pass a whole number above 0`);
  return Number(given);
}

const options = {
  directory: values.directory,
  stamps: values.stamps,
  corpus: values.corpus,
  plotFile: values.plot,
  output: values.output,
  rounds: count('rounds'),
  files: count('files'),
  directories: count('directories'),
  most: count('most'),
  mostBytes: count('most-bytes'),
  only: values.only?.split(','),
  with: values.with?.split(','),
  from: values.from?.split(','),
};

async function measure(names) {
  const machine = describeMachine(options.directory);
  if (!values.json) printMachine(machine);
  const parts = [];
  for (const name of names) {
    const part = await measurePart(name, options);
    parts.push(part);
    if (!values.json) printPart(part);
  }
  if (values.json) console.log(JSON.stringify({ machine, parts }));
}

const names = positionals.length > 0 ? positionals : usual;
const isReport = names.length === 1 && names[0] === 'report';
const unknown = isReport ? undefined : names.find((name) => !benchmarks.has(name));
mkdirSync(options.directory, { recursive: true });
if (isReport) await writeReport(options);
else if (unknown === undefined) await measure(names);
else {
  console.error(`no benchmark is called ${unknown}: ${[...benchmarks.keys()].join(', ')} are, and report by itself`);
  process.exitCode = 2;
}
