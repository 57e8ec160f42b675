// npm run test:faults [-- --per-scenario N]
// Has each system call of a writer fail in turn with each error: test/faults/fault-points.mjs. The control, a writer that
// truncates, must be caught.
import { parseArgs } from 'node:util';
import { control } from '../test/crash/scenarios.mjs';
import { runFaults } from '../test/faults/fault-points.mjs';
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
    const { faults, wrong } = await runFaults(tracer, limit);
    for (const line of wrong.slice(0, 60)) console.log(`  ${line}`);
    const caught = await runFaults(tracer, { table: { control } });
    console.log(`the control was caught ${caught.wrong.length} times at ${caught.faults} faults`);
    const failed = wrong.length + (caught.wrong.length > 0 ? 0 : 1);
    console.log(`${faults - wrong.length + (caught.wrong.length > 0 ? 1 : 0)} passed, ${failed} failed, 0 skipped`);
    process.exitCode = failed > 0 ? 1 : 0;
  }
} finally {
  tracer.remove();
}
