import { beforeEach, describe, expect, test } from 'vitest';
import { closedError, internalError } from '../../../src/errors/make.js';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { createRedactor } from '../../../src/errors/redactor.js';
import type { NativeRootSet } from '../../../src/native/batch.js';
import { CallerFailure, type CallPart, run } from '../../../src/operation/run.js';
import type { RootLease } from '../../../src/policy/root-lease.js';
import { MetricsRegistry } from '../../../src/telemetry/metrics.js';
import { recordCalls } from '../../support/told.js';

let metrics = new MetricsRegistry();
let leased = 0;
let poison: PlokeIoError | undefined;
let closed = false;

const lease: RootLease = {
  set: {} as NativeRootSet,
  symlinks: 'deny',
  resolve: () => {
    throw internalError('resolve', 'not used here');
  },
  rootPaths: [],
  rootIdentities: [],
  heldIdentities: new Set(),
  release: () => leased--,
};
const context = {
  get metrics() {
    return metrics;
  },
  options: { origin: 'us', slowOperationMs: 1_000_000 },
  redactor: createRedactor('none'),
  lease: (operation: string): RootLease => {
    if (closed) throw closedError(operation);
    leased++;
    return lease;
  },
  poison: (error: PlokeIoError) => {
    poison = error;
  },
};

beforeEach(() => {
  metrics = new MetricsRegistry();
  leased = 0;
  poison = undefined;
  closed = false;
});

test('gives the result, and the lease back', async () => {
  expect(await run(context, 'stat', undefined, (given) => [given === lease, leased])).toEqual([true, 1]);
  expect(leased).toBe(0);
});

test('calls the work before it returns, so that tickets are taken in the order of the calls', () => {
  const order: string[] = [];
  void run(context, 'stat', undefined, async () => order.push('work'));
  order.push('returned');
  expect(order).toEqual(['work', 'returned']);
});

test('counts calls and their times', async () => {
  await run(context, 'stat', undefined, () => 1);
  await run(context, 'stat', undefined, () => 1);
  const { counters, histograms } = metrics.snapshot();
  expect(counters).toEqual({ 'call.stat': 2 });
  expect(histograms['call.stat.ms']).toMatchObject({ count: 2 });
});

test('counts calls that took as long as slowOperationMs', async () => {
  const impatient = { ...context, metrics, options: { origin: 'us', slowOperationMs: 0 } };
  await run(impatient, 'stat', undefined, () => 1);
  expect(metrics.snapshot().counters).toEqual({ 'call.stat': 1, 'operation.slow': 1 });
});

test('makes no trace where nobody subscribes, one where somebody does, and none for a part of a call', async () => {
  const traceOfRun = (part?: CallPart) => run(context, 'stat', undefined, (_lease, trace) => trace, part);
  expect(await traceOfRun()).toBeUndefined();
  const calls = recordCalls();
  const trace = await traceOfRun();
  expect(trace).toBeDefined();
  expect(await traceOfRun({ trace })).toBe(trace);
  expect(calls.of('stat')).toHaveLength(4);
});

describe('what is thrown', () => {
  test('an error of ours goes through as it is, and is counted by its code', async () => {
    const error = new PlokeIoError({ code: 'ENOENT', message: 'm', operation: 'stat' });
    await expect(run(context, 'stat', undefined, () => Promise.reject(error))).rejects.toBe(error);
    expect(metrics.snapshot().counters).toEqual({ 'call.stat': 1, 'error.ENOENT': 1 });
    expect([poison, leased]).toEqual([undefined, 0]);
  });

  test.each([new TypeError('x is undefined'), 'text', undefined, null, { code: 'ENOENT' }])(
    'anything else (%#) is a bug of ours, and poisons the workspace',
    async (thrown) => {
      const work = run(context, 'stat', undefined, () => Promise.reject(thrown));
      await expect(work).rejects.toMatchObject({ code: 'ERR_PLOKE_INTERNAL', operation: 'stat', severity: 'internal' });
      expect(poison?.code).toBe('ERR_PLOKE_INTERNAL');
      expect(leased).toBe(0);
    },
  );

  test('synchronously is the same', async () => {
    const work = run(context, 'stat', undefined, () => {
      throw new TypeError('x is undefined');
    });
    await expect(work).rejects.toMatchObject({ code: 'ERR_PLOKE_INTERNAL' });
  });

  test('what a function of the caller threw reaches the caller as it is', async () => {
    const thrown = new TypeError('of the caller');
    const work = run(context, 'updateFile', undefined, () => Promise.reject(new CallerFailure(thrown)));
    await expect(work).rejects.toBe(thrown);
    expect([poison, leased]).toEqual([undefined, 0]);
  });
});

test('an aborted signal: nothing is begun', async () => {
  const work = run(context, 'stat', AbortSignal.abort(), () => expect.unreachable());
  await expect(work).rejects.toMatchObject({ code: 'ABORT_ERR', operation: 'stat' });
  expect(leased).toBe(0);
});

test('a closed workspace: nothing is begun', async () => {
  closed = true;
  const work = run(context, 'stat', undefined, () => expect.unreachable());
  await expect(work).rejects.toMatchObject({ code: 'ERR_PLOKE_CLOSED', operation: 'stat' });
  expect(poison).toBeUndefined();
});
