// npm run test:kill [-- --per-scenario N]
// Kills a writer at each of its system calls in turn: test/crash/kill-points.mjs. The control, a writer that truncates, must
// be caught.
import { parseArgs } from 'node:util';
import { runKills } from '../test/crash/kill-points.mjs';
import { control } from '../test/crash/scenarios.mjs';
import { buildTracer, tracerRefusal } from '../test/support/tracer.mjs';

const { values } = parseArgs({ options: { 'per-scenario': { type: 'string' } } });
const tracer = buildTracer();
try {
  const refusal = tracerRefusal(tracer.program);
  if (refusal) {
    console.log(`skipped: ${refusal}`);
    console.log('0 passed, 0 failed, 1 skipped');
  } else {
    const limit = values['per-scenario'] === undefined ? {} : { perScenario: Number(values['per-scenario']) };
    const { counts, points, unreached, littered, wrong } = await runKills(tracer, limit);
    for (const [name, calls] of Object.entries(counts)) console.log(`${name}: ${calls} calls on its files`);
    console.log(`${unreached} points were not reached: the call did not come in that run`);
    console.log(`${littered} kills left something that the next writer swept`);
    for (const line of wrong.slice(0, 40)) console.log(`  ${line}`);
    const caught = await runKills(tracer, { table: { control } });
    console.log(`the control was caught ${caught.wrong.length} times at ${caught.points} points`);
    const failed = wrong.length + (caught.wrong.length > 0 ? 0 : 1);
    console.log(`${points - wrong.length + (caught.wrong.length > 0 ? 1 : 0)} passed, ${failed} failed, 0 skipped`);
    process.exitCode = failed > 0 ? 1 : 0;
  }
} finally {
  tracer.remove();
}
