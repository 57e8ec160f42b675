// npm run test:writers -- [--short]
// Many writers on the same files, in processes of their own: test/cross-process/writers.mjs says what each part shows.
import { parseArgs } from 'node:util';
import { countAgainst, countTogether, hookedSwaps, mixedBatches } from '../test/cross-process/writers.mjs';
import { buildTracer, tracerRefusal } from '../test/support/tracer.mjs';

const { values } = parseArgs({ options: { short: { type: 'boolean', default: false } } });
const processes = 8;
const cycles = values.short ? 60 : 500;
const against = { processes, cycles, replacements: values.short ? 1_000 : 10_000, pauseMicroseconds: 300 };
const attempts = values.short ? 20 : 600;

let passed = 0;
let failed = 0;
let skipped = 0;
async function part(name, run, isRight) {
  const result = await run();
  const right = isRight(result);
  if (right) passed += 1;
  else failed += 1;
  console.log(`${right ? 'ok' : 'FAILED'} ${name}: ${JSON.stringify(result)}`);
}

for (const how of ['hash', 'update', 'lock']) {
  // Whoever holds the lock is not disturbed by those who ask for it.
  const isExact = ({ final, expected, left, mismatches }) =>
    final === expected && left.length === 0 && (how === 'hash' || mismatches === 0);
  await part(
    `${processes} processes × ${cycles} cycles (${how})`,
    () => countTogether({ how, processes, cycles }),
    isExact,
  );
}
const isAccounted = ({ written, silent, lost, twice, left }) =>
  written === processes * cycles && silent + lost + twice === 0 && left.length === 0;
await part('against a program that renames over', () => countAgainst({ how: 'hash', ...against }), isAccounted);
await part('the same with updateFile', () => countAgainst({ how: 'update', ...against }), isAccounted);
await part('the same with a lock', () => countAgainst({ how: 'lock', ...against }), isAccounted);
await part(
  'control: look, then rename',
  () => countAgainst({ how: 'plain', ...against, cycles: 300, replacements: 3_000 }),
  ({ silent }) => silent > 0,
);

const tracer = buildTracer();
try {
  const refusal = tracerRefusal(tracer.program);
  if (refusal) {
    console.log(`skipped: ${refusal}`);
    skipped += 2;
  } else {
    await part(
      'a foreign version between the look and each exchange',
      () => hookedSwaps(tracer, { attempts, twice: false }),
      (r) => r.mismatches === attempts && r.swapBacks === attempts && r.wrongHash === 0 && r.recovered === 0,
    );
    await part(
      'and another one before each is put back',
      () => hookedSwaps(tracer, { attempts, twice: true }),
      (r) => r.mismatches === attempts && r.swapBacks === attempts && r.wrongHash === 0 && r.recovered === attempts,
    );
  }
} finally {
  tracer.remove();
}
await part(
  'mixed batches',
  () => mixedBatches({ processes: 6, rounds: values.short ? 10 : 40 }),
  (wrong) => wrong.length === 0,
);

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
