// node contender.mjs <name> <directory> <count>: reads and verifies the corpus once in a fresh process, prints one JSON line.
// Every contender does the same work: read each file, check its SHA-256 against the expected one, cut three snippets.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { makeCorpus } from './corpus.mjs';

const [name, directory, countArgument] = process.argv.slice(2);
const count = Number(countArgument);
const files = await makeCorpus(directory, count);
const expected = JSON.parse(readFileSync(`${directory}/.hashes-${count}.json`, 'utf8'));

/** Three half-open byte ranges of a file, on character boundaries. */
function ranges(index) {
  return expected[index].ranges;
}

const contenders = {
  async 'ploke-io'() {
    const { openWorkspace } = await import('../../dist/index.js');
    const workspace = await openWorkspace({ roots: [directory] });
    const requests = [];
    for (let index = 0; index < files.length; index += 1) {
      for (const [start, end] of ranges(index)) {
        requests.push({ path: files[index], start, end, expectedHash: expected[index].hash });
      }
    }
    return {
      async run() {
        const results = await workspace.readSnippets(requests);
        let bytes = 0;
        for (const result of results) {
          if (result.status !== 'fulfilled') throw result.reason;
          bytes += result.value.text.length;
        }
        return bytes;
      },
      close: () => workspace.close(),
    };
  },
  async 'fs.promises + p-limit'() {
    const { default: pLimit } = await import('p-limit');
    const limit = pLimit(50);
    return {
      async run() {
        let length = 0;
        await Promise.all(
          files.map((file, index) =>
            limit(async () => {
              const bytes = await readFile(file);
              const hash = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
              if (hash !== expected[index].hash) throw new Error(`changed: ${file}`);
              for (const [start, end] of ranges(index)) length += bytes.toString('utf8', start, end).length;
            }),
          ),
        );
        return length;
      },
      close() {},
    };
  },
  async 'readFileSync loop'() {
    return {
      async run() {
        let length = 0;
        for (let index = 0; index < files.length; index += 1) {
          const bytes = readFileSync(files[index]);
          const hash = `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
          if (hash !== expected[index].hash) throw new Error(`changed: ${files[index]}`);
          for (const [start, end] of ranges(index)) length += bytes.toString('utf8', start, end).length;
        }
        return length;
      },
      close() {},
    };
  },
};

const contender = await contenders[name]();
const delay = monitorEventLoopDelay({ resolution: 1 });
// One turn of the loop, so that the histogram's timer is running before the work begins.
await new Promise((resolve) => setTimeout(resolve, 20));
delay.enable();
await new Promise((resolve) => setTimeout(resolve, 20));
delay.reset();
const began = process.hrtime.bigint();
const length = await contender.run();
const elapsedMs = Number(process.hrtime.bigint() - began) / 1e6;
await new Promise((resolve) => setImmediate(resolve));
await new Promise((resolve) => setTimeout(resolve, 5));
delay.disable();
await contender.close();
console.log(
  JSON.stringify({
    name,
    elapsedMs,
    stallMs: delay.max / 1e6,
    rssMiB: process.resourceUsage().maxRSS / 1024,
    length,
  }),
);
