// node doctor-command-child.mjs <directory>: the command `ploke-io doctor`, traced from its start on.
import { accessSync } from 'node:fs';

try {
  accessSync('/ploke-io-begin');
} catch {
  // A mark for the tracer, which need not be there.
}
process.argv.splice(1, Infinity, 'ploke-io', 'doctor', process.argv[2]);
await import('../../dist/cli/main.js');
