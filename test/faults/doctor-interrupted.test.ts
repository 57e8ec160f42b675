import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../src/doctor/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { buildTracer, trace, tracerRefusal } from '../support/tracer.mjs';

const child = 'test/faults/doctor-child.mjs';
/** One call in so many is made to fail, or is the last one. */
const step = 3;

describe('doctor, interrupted at a system call', () => {
  let tracer: { readonly program: string; remove(): void };
  beforeAll(() => {
    tracer = buildTracer();
    expect(tracerRefusal(tracer.program)).toBeUndefined();
  });
  afterAll(() => tracer.remove());

  /** In a new directory, whose names are looked at afterwards. */
  async function traced(orders: readonly string[], script = child, args?: (directory: string) => string[]) {
    const folder = temporaryDirectory();
    const directory = path.join(folder, 'root');
    mkdirSync(directory);
    const run = await trace({
      program: tracer.program,
      directory,
      script,
      args: args?.(directory) ?? [directory, 'diagnose'],
      orders: [...orders],
      report: path.join(folder, 'report'),
    });
    return { ...run, directory, names: readdirSync(directory) };
  }

  test('wherever a call fails, nothing is left behind', async () => {
    const { calls, names, stdout } = await traced([]);
    expect(names).toEqual([]);
    expect(JSON.parse(stdout).diagnosis.findings.length).toBeGreaterThan(10);
    // Who cannot remove, cannot remove.
    const failing = calls.filter(
      ({ name }) => !String(name).startsWith('unlink') && name !== 'close' && name !== 'rmdir',
    );
    expect(failing.length).toBeGreaterThan(30);
    for (const { index, name } of failing.filter((_, position) => position % step === 0)) {
      const run = await traced(['--fail', `${index}:EIO`]);
      expect({ call: `${index} ${name}`, code: run.code, names: run.names }).toEqual({
        call: `${index} ${name}`,
        code: 0,
        names: [],
      });
    }
  });

  test('wherever it is killed, the next one removes what is left', async () => {
    const { calls } = await traced([]);
    let left = 0;
    for (let call = 1; call <= calls.length; call += step) {
      const killed = await traced(['--kill', String(call)]);
      left += killed.names.length;
      const next = await trace({
        program: tracer.program,
        directory: killed.directory,
        script: child,
        args: [killed.directory, 'diagnose'],
        report: path.join(path.dirname(killed.directory), 'report'),
      });
      const { diagnosis, after } = JSON.parse(next.stdout) as { diagnosis: Diagnosis; after: string[] };
      expect({ call, after }).toEqual({ call, after: [] });
      const swept = diagnosis.findings.some(({ id }) => id === 'leftovers');
      const hadTemporary = killed.names.some((name) => name.startsWith('.ploke-io-tmp-'));
      expect({ call, swept }).toEqual({ call, swept: hadTemporary });
    }
    // The control: some did leave something.
    expect(left).toBeGreaterThan(0);
  });

  test.each([
    ['INT', 130],
    ['TERM', 143],
  ])('by SIG%s it removes its files before it ends', async (signal, exitCode) => {
    // The shell that runs the command and the traced program are the tracer's children; the program is the older one.
    const command = `set -- $(cat /proc/$PPID/task/$PPID/children); kill -${signal} $1`;
    const { code, names, stdout, stderr } = await traced(
      ['--from', 'start', '--pause', `fsync#2:${command}`],
      'dist/cli/main.js',
      (directory) => ['doctor', directory],
    );
    expect({ code, names, stdout, stderr }).toEqual({ code: exitCode, names: [], stdout: '', stderr: '' });
  });
});
