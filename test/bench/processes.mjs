// Fresh processes for the contenders, and the programs in C.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const here = path.dirname(fileURLToPath(import.meta.url));

/** Runs a script of this folder; gives what its one line of JSON says. */
export function runScript(script, args, nodeOptions = []) {
  return JSON.parse(runText(process.execPath, [...nodeOptions, path.join(here, script), ...args.map(String)]));
}

/** What a program writes, given `input`. */
export function runText(program, args, input = '') {
  return execFileSync(program, args.map(String), { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'inherit'] });
}

/** Compiles a program of this folder; `natives` are sources of the addon that become part of it. */
export function compile(source, program, natives = []) {
  const isCxx = source.endsWith('.cc');
  const sources = [source, ...natives.map((name) => path.join('../../native', name))];
  const flags = isCxx ? ['-std=c++17', '-fno-exceptions'] : ['-std=gnu17'];
  const all = ['-O2', '-Wall', ...flags, '-pthread', '-o', program, ...sources, '-ldl'];
  execFileSync(isCxx ? 'c++' : 'cc', all, { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] });
}
