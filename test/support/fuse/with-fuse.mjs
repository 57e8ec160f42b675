// node with-fuse.mjs <behaviour as JSON> <mount point> <program> [argument]...: mounts a FUSE file system that lies in memory, runs the
// program, unmounts, and ends with the program's exit code. Needs root; best in a mount namespace of its own.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const ordinary = {
  type: 'fuse',
  source: 'test',
  directorySync: 0,
  fileSync: 0,
  rename: 0,
  locks: 'kernel',
  stampUnitNs: 1,
  takesRenameFlags: false,
  lateSizes: false,
};
const [text = '{}', directory = '', program = '', ...args] = process.argv.slice(2);
const behaviour = { ...ordinary, ...JSON.parse(text) };

const device = openSync('/dev/fuse', 'r+');
const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions';
const mounting = ['-i', '-t', behaviour.type, '-o', options, behaviour.source, directory];
const { status } = spawnSync('mount', mounting, { stdio: ['ignore', 'inherit', 'inherit', device] });
if (status !== 0) process.exit(1);
const server = new Worker(new URL('serve.mjs', import.meta.url), { workerData: { device, behaviour } });
const [code] = await once(spawn(program, args, { stdio: 'inherit' }), 'exit');
const ended = once(server, 'exit');
await once(spawn('umount', ['-l', directory], { stdio: 'inherit' }), 'exit');
await ended;
process.exitCode = code ?? 1;
