// @ts-check
// Builds the addon for this machine, incrementally, with warnings as errors. An install on a user's machine goes through
// `node-gyp-build` instead, where a warning of a newer compiler must not fail the install.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');

// `configure build`, not `rebuild`: the makefile compares command lines as well as times, so only what changed is compiled.
const { status, error } = spawnSync(
  process.execPath,
  [nodeGyp, 'configure', 'build', '--jobs', 'max', '--loglevel', 'warn', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, PLOKE_IO_WERROR: '1' } },
);
if (error) throw error;
process.exit(status ?? 1);
