// Runs programs under tracer.c: see there for what it can do.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** Compiles the tracer into a folder of its own. */
export function buildTracer() {
  const folder = mkdtempSync(path.join(tmpdir(), 'ploke-io-tracer-'));
  const program = path.join(folder, 'tracer');
  execFileSync('cc', ['-O2', '-o', program, path.join(here, 'tracer.c')]);
  return { program, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Why nothing can be traced here, or undefined. */
export function tracerRefusal(program) {
  const folder = mkdtempSync(path.join(tmpdir(), 'ploke-io-tracer-'));
  try {
    execFileSync(program, ['--under', folder, '--report', path.join(folder, 'report'), '--', 'true'], {
      stdio: 'pipe',
    });
    return undefined;
  } catch (error) {
    return `the tracer does not run here: ${String(error.stderr).trim() || error.message}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs `node script …args` and gives its calls on files below `directory`, in the order in which they were entered.
 *
 * `orders` are options of the tracer, for example ['--kill', '7'].
 *
 * @param {{ program: string, directory: string, script: string, args?: readonly string[], orders?: readonly string[], report: string }} request
 */
export async function trace({ program, directory, script, args = [], orders = [], report }) {
  const child = spawn(
    program,
    ['--under', directory, '--report', report, ...orders, '--', process.execPath, script, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, stdout, stderr, calls: readCalls(report) };
}

function readCalls(report) {
  const calls = new Map();
  for (const line of readFileSync(report, 'utf8').split('\n')) {
    if (line === '') continue;
    const part = JSON.parse(line);
    calls.set(part.index, { ...calls.get(part.index), ...part });
  }
  return [...calls.values()];
}
