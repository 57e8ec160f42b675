// npm run bench -- [--files N] [--rounds N] [--json]: read and verify, against peers in the same run, in fresh processes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeCorpus } from './corpus.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  // What is to be measured, which brought us here.
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    directory: { type: 'string', default: path.join(os.tmpdir(), 'ploke-io-bench') },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.files);
const rounds = Number(values.rounds);
const directory = values.directory;
mkdirSync(directory, { recursive: true });
const files = await makeCorpus(directory, count);
const known = path.join(directory, `.hashes-${count}.json`);

/** The nearest character boundary at or before an offset. */
function boundary(bytes, offset) {
  let at = Math.min(offset, bytes.length);
  while (at > 0 && at < bytes.length && (bytes[at] & 0xc0) === 0x80) at -= 1;
  return at;
}
if (!existsSync(known)) {
  const facts = files.map((file) => {
    const bytes = readFileSync(file);
    const ranges = [0.1, 0.4, 0.7].map((part) => {
      const start = boundary(bytes, Math.floor(bytes.length * part));
      return [start, boundary(bytes, start + 200)];
    });
    return { hash: `sha256-${createHash('sha256').update(bytes).digest('hex')}`, ranges };
  });
  writeFileSync(known, JSON.stringify(facts));
}

const names = ['ploke-io', 'fs.promises + p-limit', 'readFileSync loop'];
const runs = new Map(names.map((name) => [name, []]));
for (let round = -1; round < rounds; round += 1) {
  for (const name of names) {
    const output = execFileSync(process.execPath, [path.join(here, 'contender.mjs'), name, directory, String(count)], {
      encoding: 'utf8',
    });
    // The first round warms the page cache and is not counted.
    if (round >= 0) runs.get(name).push(JSON.parse(output));
  }
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
const report = names.map((name) => {
  const all = runs.get(name);
  return {
    name,
    medianMs: median(all.map((run) => run.elapsedMs)),
    minMs: Math.min(...all.map((run) => run.elapsedMs)),
    maxMs: Math.max(...all.map((run) => run.elapsedMs)),
    stallMs: median(all.map((run) => run.stallMs)),
    worstStallMs: Math.max(...all.map((run) => run.stallMs)),
    rssMiB: median(all.map((run) => run.rssMiB)),
  };
});
const own = report[0];
for (const row of report) row.timesOurs = row.medianMs / own.medianMs;
if (values.json) {
  console.log(JSON.stringify({ files: count, rounds, node: process.version, cpus: os.cpus().length, report }));
} else {
  console.log(
    `read + verify ${count} files, ${count * 3} snippets; ${rounds} rounds, node ${process.version}, ${os.cpus().length} CPUs`,
  );
  for (const row of report) {
    console.log(
      `${row.name.padEnd(24)} median ${row.medianMs.toFixed(0).padStart(6)} ms (${row.minMs.toFixed(0)}–${row.maxMs.toFixed(0)})` +
        `  ×${row.timesOurs.toFixed(2)}  longest stall ${row.stallMs.toFixed(1)} ms (worst ${row.worstStallMs.toFixed(1)})` +
        `  peak RSS ${row.rssMiB.toFixed(0)} MiB`,
    );
  }
}
