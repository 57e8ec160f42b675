// npm run bench -- [read|lock|write|watch] [--rounds N] [--directory D] [--json]
// read: [--files N]; watch: [--files N] [--directories N] [--only ready,latency,burst,idle]
import process from 'node:process';
import { parseArgs } from 'node:util';
import { benchLocks, benchWrites, defaultDirectory } from './changes.mjs';
import { benchWatch } from './watch.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    rounds: { type: 'string', default: '5' },
    directory: { type: 'string' },
    files: { type: 'string' },
    directories: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean' },
  },
});
// watch takes many minutes, so it is run only where it is asked for.
const parts = positionals.length > 0 ? positionals : ['read', 'lock', 'write'];
const options = { rounds: Number(values.rounds), directory: values.directory ?? defaultDirectory };
const results = {};
for (const part of parts) {
  // It reads its own options.
  if (part === 'read') await import('./read.mjs');
  else if (part === 'lock') results.lock = await benchLocks(options);
  else if (part === 'write') results.write = await benchWrites(options);
  else if (part === 'watch') {
    const files = Number(values.files ?? 100_000);
    const directories = Number(values.directories ?? files / 10);
    results.watch = await benchWatch({ ...options, files, directories, only: values.only?.split(',') });
  } else {
    console.error(`no benchmark is called ${part}: read, lock, write and watch are`);
    process.exitCode = 2;
  }
}
if (values.json && Object.keys(results).length > 0) console.log(JSON.stringify(results));
