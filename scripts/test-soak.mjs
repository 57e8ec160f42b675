// npm run test:soak [-- --seconds 1800]
// Mixed load for half an hour: test/soak/load.mjs says of what. Memory, descriptors, threads and latency must be flat:
// the median of the last third of the samples is held against that of the first, after a quarter for warming up.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isFlat, trend } from '../test/soak/trend.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '1800' } } });
const child = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'test', 'soak', 'soak-child.mjs');

/** What the last third may have more than the first. */
const tolerances = {
  /** MiB. What the allocator of the C library and V8 keep in reserve comes and goes. */
  rss: { factor: 1.1, more: 24 },
  /** MiB, after a collection. */
  heap: { factor: 1.05, more: 4 },
  descriptors: { more: 2 },
  threads: { more: 2 },
  /** In plain reads of the same second. */
  latency: { factor: 1.5 },
};

const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', child, values.seconds], {
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
});
let failed = 0;
let passed = 0;
function judge(name, isRight, said) {
  if (isRight) passed += 1;
  else failed += 1;
  console.log(`${isRight ? 'ok' : 'FAILED'} ${name}: ${said}`);
}

if (status !== 0) judge('the load', false, `ended with ${status}: ${stderr}`);
else {
  const { samples, wrong, steps, events } = JSON.parse(stdout);
  console.log(`${steps} steps in ${samples.length} samples, ${events} creations told`);
  judge('the load', wrong.length === 0 && events === steps, wrong.slice(0, 10).join('; ') || 'nothing was wrong');
  for (const [name, tolerance] of Object.entries(tolerances)) {
    const column = samples.map((sample) => sample[name]);
    const { first, last } = trend(column);
    const isEnough = samples.length >= 8;
    judge(
      name,
      isEnough && isFlat(column, tolerance),
      `${first.toFixed(1)} → ${last.toFixed(1)}, of ${samples.length}`,
    );
  }
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed > 0 ? 1 : 0;
