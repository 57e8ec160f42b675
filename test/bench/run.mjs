// npm run bench -- [read|lock|write] [--rounds N] [--directory D] [--json]
import process from 'node:process';
import { parseArgs } from 'node:util';
import { benchLocks, benchWrites, defaultDirectory } from './changes.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { rounds: { type: 'string', default: '5' }, directory: { type: 'string' }, json: { type: 'boolean' } },
});
const parts = positionals.length > 0 ? positionals : ['read', 'lock', 'write'];
const options = { rounds: Number(values.rounds), directory: values.directory ?? defaultDirectory };
const results = {};
for (const part of parts) {
  // It reads its own options.
  if (part === 'read') await import('./read.mjs');
  else if (part === 'lock') results.lock = await benchLocks(options);
  else if (part === 'write') results.write = await benchWrites(options);
  else {
    console.error(`no benchmark is called ${part}: read, lock and write are`);
    process.exitCode = 2;
  }
}
if (values.json && Object.keys(results).length > 0) console.log(JSON.stringify(results));
