// @ts-check
// Checks .github/workflows by scripts/workflow-rules.mjs. Nothing is asked of the network.
//
//     node scripts/check-workflows.mjs [project folder]
//
// Prints each violation as `file:line rule` and exits with 1 when there is one.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkflowCheck } from './workflow-rules.mjs';

const check = new WorkflowCheck(path.resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url))));
await check.run();
for (const violation of check.violations) console.log(violation);
if (check.violations.size > 0) process.exitCode = 1;
else console.log(`${check.workflows.length} workflows checked`);
