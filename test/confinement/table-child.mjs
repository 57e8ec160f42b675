// A process that runs confinement cases and reports each to the process that started it. See run-table.ts.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withTypeScript } from './load-typescript.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const request = JSON.parse(process.argv[2] ?? '{}');
await withTypeScript(join(here, 'table-jobs.ts'), ({ runJobs }) => runJobs(request));
process.exit(0);
