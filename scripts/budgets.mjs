// npm run budgets [-- --update]
// Counts what the budgets count, beside test/budgets/baseline.json, or writes that file anew: bytes allocated, instructions.
import { parseArgs } from 'node:util';
import { measureAllocations } from '../test/budgets/allocations.mjs';
import { baselineHolds, compare, flat, readBaseline, shareOf, writeBaseline } from '../test/budgets/baseline.mjs';
import { measureInstructions } from '../test/budgets/instructions.mjs';

const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } });
const { holdsFor, ...baseline } = readBaseline();
const figures = { bytesAllocated: measureAllocations(), instructions: measureInstructions() };
const before = flat(baseline);
for (const [name, value] of flat(figures)) {
  console.log(`${name.padEnd(44)} ${`${value}`.padStart(10)}${shareOf(value, before.get(name))}`);
}
if (values.update) {
  writeBaseline(figures);
} else {
  const { node, addon } = baselineHolds();
  if (!node || !addon) console.log(`the baseline holds for ${holdsFor.node}, ${holdsFor.addon}`);
  else if (compare(figures, baseline).above.length > 0) process.exitCode = 1;
}
