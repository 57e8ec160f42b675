// npm run test:crash -- [--short] [--points N] [--fs ext4,xfs,btrfs] [--seed N]
// Power-loss proof: runs test/crash/workload.mjs under a block-level recorder that builds the disk images a power cut could
// have left, and under a checker of system-call order. Both come from a tools folder beside the project (or
// PLOKE_IO_CRASH_TOOLS); where there is none, that is said and the exit code is 0 only with --short.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    points: { type: 'string' },
    fs: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const points = values.points ?? (values.short ? '60' : '300');
const fileSystems = (values.fs ?? (values.short ? 'ext4' : 'ext4,xfs,btrfs')).split(',');
const tools = process.env.PLOKE_IO_CRASH_TOOLS ?? path.join(root, '..', 'shared', 'tools', 'crash');
const workload = path.join(root, 'test', 'crash', 'workload.mjs');

if (!existsSync(path.join(tools, 'crash-rig'))) {
  console.log('power-loss proof not run: no recorder beside the project (set PLOKE_IO_CRASH_TOOLS to its folder)');
  process.exit(values.short ? 0 : 2);
}

/** Runs one tool and shows what it prints; its exit code decides. */
function run(label, command, args) {
  console.log(`\n== ${label}`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) console.log(String(error));
  return status === 0;
}

const failed = [];
const node = [process.execPath, workload, '{MOUNT}', values.seed, values.short ? '3' : '6'];
if (!run('order of system calls', path.join(tools, 'ack-lint'), ['--', ...node])) failed.push('ack-lint');
if (process.getuid?.() === 0) {
  for (const fileSystem of fileSystems) {
    const args = ['--fs', fileSystem, '--points', points, '--seed', values.seed, '--', ...node];
    if (!run(`power cuts on ${fileSystem}, ${points} images`, path.join(tools, 'crash-rig'), args)) {
      failed.push(fileSystem);
    }
  }
} else {
  console.log('power cuts not run: the recorder needs root');
}
console.log(failed.length === 0 ? '\npower-loss proof: passed' : `\npower-loss proof: FAILED (${failed.join(', ')})`);
process.exit(failed.length === 0 ? 0 : 1);
