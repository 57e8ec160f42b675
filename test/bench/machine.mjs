// Where the figures were measured.
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { peerVersions } from './peers.mjs';
import { here } from './processes.mjs';

/** Kind of the file system that holds a directory, by the mount that is nearest to it: proc_pid_mountinfo(5). */
export function fileSystemOf(directory) {
  const real = realpathSync(directory);
  let nearest = { point: '', kind: 'unknown' };
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')) {
    const [before, after] = line.split(' - ');
    const point = before
      .split(' ')[4]
      .replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    const isAbove = real === point || real.startsWith(point.endsWith('/') ? point : `${point}/`);
    // A later mount on the same point covers the earlier one.
    if (isAbove && point.length >= nearest.point.length) nearest = { point, kind: after.split(' ')[0] };
  }
  return nearest.kind;
}

function versionIn(file) {
  return JSON.parse(readFileSync(path.join(here, file), 'utf8')).version;
}

function firstLine(program, args) {
  try {
    return execFileSync(program, args, { encoding: 'utf8' }).split('\n')[0];
  } catch {
    // It is not there, and what needs it says so.
    return null;
  }
}

export function describeMachine(directory) {
  const [processor] = os.cpus();
  const dependency = (name) => versionIn(`../../node_modules/${name}/package.json`);
  return {
    processor: processor.model,
    cpus: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    kernel: `${os.type()} ${os.release()}`,
    fileSystem: fileSystemOf(directory),
    node: process.version,
    git: firstLine('git', ['--version']),
    compiler: firstLine('cc', ['--version']),
    versions: {
      'ploke-io': versionIn('../../package.json'),
      'p-limit': dependency('p-limit'),
      chokidar: dependency('chokidar'),
      ...peerVersions(),
    },
  };
}

export const loadAverage = () => os.loadavg()[0];
