import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { buildTracer, trace, tracerRefusal } from '../support/tracer.mjs';

const child = 'test/faults/doctor-child.mjs';
/** Of some thirty runs. */
const timeout = 300_000;
/** Calls that a probe stands or falls with; the first and the last of each are made to fail. */
const changing = new Set(['renameat2', 'exchange', 'renameat', 'mkdirat', 'flock', 'fsync', 'pread64']);
/** Before each of these something is there that has to go. */
const removing = new Set(['unlinkat', 'exchange', 'renameat', 'mkdirat', 'fchmod']);

describe('doctor, interrupted at a system call', () => {
  let tracer: { readonly program: string; remove(): void };
  beforeAll(() => {
    tracer = buildTracer();
    expect(tracerRefusal(tracer.program)).toBeUndefined();
  });
  afterAll(() => tracer.remove());

  /** In a new directory, whose names are looked at afterwards. */
  async function traced(orders: readonly string[], script = child) {
    const folder = temporaryDirectory();
    const directory = path.join(folder, 'root');
    mkdirSync(directory);
    const args = [directory, 'only the diagnosis'];
    const request = { program: tracer.program, directory, script, args, orders: [...orders] };
    const run = await trace({ ...request, report: path.join(folder, 'report') });
    return { ...run, directory, names: readdirSync(directory) };
  }

  test('wherever a call fails, nothing is left behind', { timeout }, async () => {
    const { calls, names: after, stdout } = await traced([]);
    expect(after).toEqual([]);
    expect(JSON.parse(stdout).diagnosis.findings.length).toBeGreaterThan(10);
    const names = [...changing];
    const ends = names.flatMap((name) => [
      calls.find((call) => call.name === name),
      calls.findLast((call) => call.name === name),
    ]);
    const failing = new Set(ends.flatMap((call) => call ?? []));
    expect(failing.size).toBeGreaterThan(names.length);
    for (const { index, name } of failing) {
      const { code, names: left } = await traced(['--fail', `${index}:EIO`]);
      expect({ index, name, code, left }).toEqual({ index, name, code: 0, left: [] });
    }
  });

  test('wherever it is killed, the next one removes what is left', { timeout }, async () => {
    const { calls } = await traced([]);
    const isLocal = (await diagnose(temporaryDirectory())).capabilities?.fileSystem !== 'overlay';
    let left = 0;
    for (const { index, name } of calls.filter((call) => removing.has(call.name))) {
      const { directory, names } = await traced(['--kill', String(index)]);
      left += names.length;
      const { findings } = await diagnose(directory);
      // On overlayfs nothing is ever swept: docs/guarantees.md.
      expect({ index, name, after: readdirSync(directory) }).toEqual({ index, name, after: isLocal ? [] : names });
      const isTold = findings.some(({ id }) => id === 'leftovers');
      expect(isTold).toBe(isLocal && names.some((text) => text.startsWith('.ploke-io-tmp-')));
    }
    // The control: some did leave something.
    expect(left).toBeGreaterThan(0);
  });

  test.each([
    ['INT', 130],
    ['TERM', 143],
  ])('by SIG%s it removes its files before it ends', async (signal, exitCode) => {
    // The program and the shell that runs the command are the tracer's children, in this order.
    const command = `set -- $(cat /proc/$PPID/task/$PPID/children); kill -${signal} $1`;
    const orders = ['--pause', `flock#1:${command}`];
    const { code, names, stdout, stderr } = await traced(orders, 'test/faults/doctor-command-child.mjs');
    expect({ code, names, stdout, stderr }).toEqual({ code: exitCode, names: [], stdout: '', stderr: '' });
  });
});
