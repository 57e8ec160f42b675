import { describe, expect, test } from 'vitest';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { createRedactor } from '../../../src/errors/redactor.js';
import { type CallTrace, lockContentionMs, traced, traceOf } from '../../../src/telemetry/call-trace.js';
import { everyText } from '../../redaction/every-text.js';
import { listen, recordCalls, recordContentions, recordSlow } from '../../support/told.js';

const site = {
  options: { origin: 'us', slowOperationMs: 1_000_000 },
  redactor: createRedactor('hash'),
};

function startedTrace(operation = 'readFile'): CallTrace {
  const trace = traceOf(site, operation);
  if (!trace) throw new Error('nobody subscribes');
  return trace;
}

describe('there is a trace', () => {
  test('for nobody where nobody subscribes', () => {
    expect(traceOf(site, 'readFile')).toBeUndefined();
    const calls = recordCalls();
    expect(traceOf(site, 'readFile')).toBeDefined();
    calls.stop();
    expect(traceOf(site, 'readFile')).toBeUndefined();
  });

  test.each(['start', 'end', 'asyncStart', 'asyncEnd', 'error'])('for a subscriber to %s alone', (phase) => {
    listen(`tracing:ploke-io:write:${phase}`, () => {});
    expect(traceOf(site, 'writeFile')).toBeDefined();
    // Of another channel.
    expect(traceOf(site, 'readFile')).toBeUndefined();
  });

  test.each(['ploke-io:slow-operation', 'ploke-io:lock-contention'])('for a subscriber to %s', (channel) => {
    listen(channel, () => {});
    expect(traceOf(site, 'readFile')).toBeDefined();
  });
});

test('paths are told as the workspace redacts them, those of a failure and of holders too', () => {
  const calls = recordCalls();
  const contentions = recordContentions();
  const trace = startedTrace();
  trace.about('/root/secret/file');
  const holder = {
    pid: 1,
    startedAt: 1,
    host: 'here',
    purpose: '/root/secret',
    mode: 'shared',
    source: 'record',
  } as const;
  trace.addLockWait({ path: '/root/secret', waitedMs: lockContentionMs, acquired: true, holders: [holder] });
  trace.open();
  trace.fail(new PlokeIoError({ code: 'EIO', message: 'm', operation: 'readFile', path: '/root/secret/file' }));
  const path = site.redactor.path('/root/secret/file');
  expect(calls.ended('readFile')).toMatchObject([{ path, code: 'EIO', error: { code: 'EIO', path } }]);
  expect(contentions).toMatchObject([{ path: site.redactor.path('/root/secret') }]);
  expect(everyText([calls.ended('readFile'), contentions])).not.toContain('secret');
});

test('a call ends once', () => {
  const calls = recordCalls();
  const trace = startedTrace();
  trace.open();
  trace.succeed();
  trace.fail(new Error('too late'));
  trace.succeed();
  expect(calls.all.map(({ phase }) => phase)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
  expect(calls.all.at(-1)?.context).toMatchObject({ code: 'OK' });
  expect(calls.all.at(-1)?.context).not.toHaveProperty('error');
});

test('of several waits for locks the longest is told, and all of them add up', () => {
  const calls = recordCalls();
  const contentions = recordContentions();
  const trace = startedTrace('writeFiles');
  for (const [path, waitedMs] of [
    ['/a', 150],
    ['/b', 300],
    ['/c', 120],
  ] as const) {
    trace.addLockWait({ path, waitedMs, acquired: true, holders: [] });
  }
  trace.open();
  trace.succeed();
  expect(calls.ended('writeFiles')).toMatchObject([{ lockWaitMs: 570 }]);
  expect(contentions).toMatchObject([{ path: site.redactor.path('/b'), waitedMs: 300 }]);
});

test('a call that was marked as slow is told once, whatever was marked how often', () => {
  const slow = recordSlow();
  const trace = startedTrace();
  trace.markSlow();
  trace.markSlow();
  expect(slow).toEqual([]);
  trace.succeed();
  expect(slow).toHaveLength(1);
});

describe('traced', () => {
  test('gives what the work gives, traced or not', async () => {
    expect(await traced(site, 'close', async (trace) => trace)).toBeUndefined();
    const calls = recordCalls();
    expect(await traced(site, 'close', async (trace) => trace)).toBeDefined();
    calls.stop();
  });

  test('tells of a failure, and of a slow call', async () => {
    const calls = recordCalls();
    const slow = recordSlow();
    const error = new PlokeIoError({ code: 'ENOENT', message: 'm', operation: 'close' });
    const impatient = { ...site, options: { origin: 'us', slowOperationMs: 0 } };
    await expect(traced(impatient, 'close', () => Promise.reject(error))).rejects.toBe(error);
    expect(calls.ended('close')).toMatchObject([{ code: 'ENOENT', error }]);
    expect(slow).toHaveLength(1);
    calls.stop();
  });
});

test('the context is plain data, and holds nothing of the call', () => {
  const calls = recordCalls();
  const trace = startedTrace();
  trace.open();
  const [{ context } = { context: undefined }] = calls.all;
  expect(structuredClone(context)).toEqual(context);
});
