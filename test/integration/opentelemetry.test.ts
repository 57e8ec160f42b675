import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createRedactor } from '../../src/errors/redactor.js';
import { openWorkspace } from '../../src/index.js';
import { type InstrumentOptions, instrument } from '../../src/opentelemetry/index.js';
import { lockContentionMs, traceOf } from '../../src/telemetry/call-trace.js';
import type { WorkspaceOptions } from '../../src/types.js';
import { foreignHolder } from '../support/foreign-lock.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { recordCalls } from '../support/told.js';

const spans = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
let metricExporter: InMemoryMetricExporter;
let meterProvider: MeterProvider;

beforeEach(() => {
  spans.reset();
  metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  // Read when asked for, never by its clock.
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 2 ** 30 });
  meterProvider = new MeterProvider({ readers: [reader] });
});
afterEach(() => meterProvider.shutdown());

async function setUp(options: Partial<WorkspaceOptions> = {}, instrumentation: InstrumentOptions = {}) {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'content');
  const workspace = await openWorkspace({ roots: [directory], durability: 'none', origin: 'us', ...options });
  onTestFinished(() => workspace.close());
  const instrumented = instrument({ tracerProvider, meterProvider, ...instrumentation });
  onTestFinished(() => instrumented.disable());
  return { directory, file, workspace, instrumented };
}

/** By the name of the metric: its points. */
async function metricsNow() {
  await meterProvider.forceFlush();
  const latest = metricExporter.getMetrics().at(-1);
  const all = latest?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
  const pointsOf = (name: string) =>
    (all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []) as readonly DataPoint<
      number | Histogram
    >[];
  return { all, pointsOf };
}

describe('spans', () => {
  test('a call is a span with the numbers of the call', async () => {
    const { file, workspace } = await setUp();
    await workspace.readFile(file);
    const [span] = spans.getFinishedSpans();
    expect(spans.getFinishedSpans()).toHaveLength(1);
    expect(span).toMatchObject({
      name: 'ploke-io readFile',
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'code.function.name': 'Workspace.readFile',
        'file.path': file,
        'ploke.operation': 'readFile',
        'ploke.items': 1,
        'ploke.bytes': 7,
        'ploke.workspace.origin': 'us',
      },
    });
    expect(span?.attributes).not.toHaveProperty('ploke.origin');
    for (const name of ['queue_wait_ms', 'lock_wait_ms', 'native_ms']) {
      expect(span?.attributes[`ploke.${name}`]).toBeGreaterThanOrEqual(0);
    }
  });

  test('a failure is its status, its type and an exception', async () => {
    const { directory, workspace } = await setUp();
    const missing = path.join(directory, 'missing');
    const error = await workspace.writeFile(missing, 'x').catch((reason: Error) => reason);
    const [span] = spans.getFinishedSpans();
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: (error as Error).message });
    expect(span?.attributes).toMatchObject({ 'error.type': 'ENOENT', 'ploke.origin': 'us', 'file.path': missing });
    expect(span?.events).toMatchObject([{ name: 'exception' }]);
  });

  test('items of a batch that failed are told, and no failure of the call', async () => {
    const { directory, file, workspace } = await setUp();
    await workspace.readFiles([{ path: file }, { path: path.join(directory, 'missing') }]);
    const [span] = spans.getFinishedSpans();
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(span?.attributes).toMatchObject({ 'ploke.items': 2, 'ploke.failed_items': 1 });
    expect(span?.attributes).not.toHaveProperty('file.path');
  });

  test('the parent is the span that is active where the call is made', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    onTestFinished(() => context.disable());
    const { file, workspace } = await setUp();
    const tracer = tracerProvider.getTracer('test');
    const parents = ['one', 'other'].map((name) => tracer.startSpan(name, {}, ROOT_CONTEXT));
    await Promise.all(
      parents.map((parent) =>
        context.with(trace.setSpan(ROOT_CONTEXT, parent), async () => {
          await workspace.readFile(file);
          await workspace.writeFile(file, 'content');
        }),
      ),
    );
    for (const parent of parents) {
      const { spanId } = parent.spanContext();
      const children = spans.getFinishedSpans().filter(({ parentSpanContext }) => parentSpanContext?.spanId === spanId);
      expect(children.map(({ name }) => name).sort()).toEqual(['ploke-io readFile', 'ploke-io writeFile']);
    }
  });

  test('none where there is no provider for them', async () => {
    const { file, workspace } = await setUp({}, { tracerProvider: false });
    await workspace.readFile(file);
    expect(spans.getFinishedSpans()).toEqual([]);
    expect((await metricsNow()).pointsOf('ploke.operation.items')).toHaveLength(1);
  });
});

describe('metrics', () => {
  test('durations in seconds, bytes, items and errors, by operation', async () => {
    const { directory, file, workspace } = await setUp();
    const told = recordCalls();
    await workspace.readFile(file);
    await workspace.writeFile(file, 'longer content');
    await workspace.readFiles([{ path: file }, { path: path.join(directory, 'missing') }]);
    await workspace.stat(path.join(directory, 'missing')).catch(() => undefined);
    const { all, pointsOf } = await metricsNow();
    const duration = all.find(({ descriptor }) => descriptor.name === 'ploke.operation.duration');
    expect(duration?.descriptor).toMatchObject({ unit: 's', type: 'HISTOGRAM' });
    const calls = pointsOf('ploke.operation.duration').map(({ attributes, value }) => [
      attributes,
      (value as Histogram).count,
    ]);
    expect(calls).toEqual([
      [{ 'ploke.operation': 'readFile' }, 1],
      [{ 'ploke.operation': 'writeFile' }, 1],
      [{ 'ploke.operation': 'readFiles' }, 1],
      [{ 'ploke.operation': 'stat', 'error.type': 'ENOENT' }, 1],
    ]);
    const [{ durationMs } = { durationMs: 0 }] = told.ended('readFile');
    expect((pointsOf('ploke.operation.duration')[0]?.value as Histogram | undefined)?.sum).toBeCloseTo(
      durationMs / 1000,
      9,
    );
    const sums = (name: string) => pointsOf(name).map(({ attributes, value }) => [...Object.values(attributes), value]);
    expect(sums('ploke.operation.io')).toEqual([
      ['readFile', 'read', 7],
      ['writeFile', 'write', 14],
      ['readFiles', 'read', 14],
    ]);
    expect(sums('ploke.operation.items')).toEqual([
      ['readFile', 1],
      ['writeFile', 1],
      ['readFiles', 2],
      ['stat', 1],
    ]);
    expect(sums('ploke.operation.failed_items')).toEqual([['readFiles', 1]]);
    expect(sums('ploke.operation.errors')).toEqual([['stat', 'ENOENT', 1]]);
  });

  test('slow calls and contended locks', async () => {
    const { file, workspace } = await setUp({ slowOperationMs: 0 });
    await foreignHolder(file);
    await workspace.lock(file, { lockTimeoutMs: lockContentionMs + 50 }).catch(() => undefined);
    const { pointsOf } = await metricsNow();
    for (const name of ['ploke.operation.slow', 'ploke.lock.contentions']) {
      expect(pointsOf(name)).toMatchObject([{ attributes: { 'ploke.operation': 'lock' }, value: 1 }]);
    }
    const [wait] = pointsOf('ploke.lock.wait.duration');
    const { sum } = (wait as DataPoint<Histogram>).value;
    expect(sum).toBeGreaterThanOrEqual(lockContentionMs / 1000);
  });

  test('no attribute is made of what callers choose, and error types are bounded', async () => {
    const { directory, file, workspace } = await setUp();
    await workspace.writeFile(file, 'x', { origin: 'chosen' });
    await workspace.readFile(path.join(directory, 'chosen')).catch(() => undefined);
    for (let index = 0; index < 200; index++) {
      const { PlokeIoError } = await import('../../src/errors/ploke-io-error.js');
      const failure = new PlokeIoError({ code: `E${index}`, message: 'm', operation: 'updateFile' });
      const update = (): string => {
        throw failure;
      };
      await workspace.updateFile(file, update).catch(() => undefined);
    }
    const { all, pointsOf } = await metricsNow();
    expect(JSON.stringify(all)).not.toContain('chosen');
    expect(pointsOf('ploke.operation.errors').length).toBeLessThanOrEqual(101);
    expect(pointsOf('ploke.operation.errors').some(({ attributes }) => attributes['error.type'] === '_OTHER')).toBe(
      true,
    );
  });
});

describe('disable', () => {
  test('leaves nobody subscribed', async () => {
    const { instrumented } = await setUp();
    const site = { options: { origin: '', slowOperationMs: 0 }, redactor: createRedactor('none') };
    expect(traceOf(site, 'readFile')).toBeDefined();
    instrumented.disable();
    instrumented.disable();
    expect(traceOf(site, 'readFile')).toBeUndefined();
  });

  test('in the middle of a call: the call goes on, and is not told', async () => {
    const { file, workspace, instrumented } = await setUp();
    await workspace.updateFile(file, async () => {
      instrumented.disable();
      return 'new';
    });
    expect(spans.getFinishedSpans()).toEqual([]);
    expect((await workspace.readFile(file)).text).toBe('new');
  });

  test('enabled in the middle of a call: there is no span of it', async () => {
    const { file, workspace, instrumented } = await setUp();
    instrumented.disable();
    const calls = recordCalls();
    await workspace.updateFile(file, async () => {
      const late = instrument({ tracerProvider, meterProvider });
      onTestFinished(() => late.disable());
      return 'new';
    });
    expect(calls.ended('updateFile')).toHaveLength(1);
    expect(spans.getFinishedSpans()).toEqual([]);
    expect((await metricsNow()).pointsOf('ploke.operation.items')).toHaveLength(1);
  });
});

test('an unknown option is refused by its name', () => {
  const options = { tracer: tracerProvider } as InstrumentOptions;
  expect(() => instrument(options)).toThrow(expect.objectContaining({ code: 'ERR_PLOKE_INVALID_ARGUMENT' }));
});
