// node examples/opentelemetry.mjs: what a tracing system gets to see of a few calls. The exporters print here; in a service they
// send, and are set up once at its start.
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { openWorkspace } from 'ploke-io';
import { instrument } from 'ploke-io/opentelemetry';

// So that a span knows in which other one it was made, across promises.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const spanExporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] });
const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const meterProvider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: metricExporter })] });
const instrumentation = instrument({ tracerProvider, meterProvider });

const root = await realpath(await mkdtemp(`${tmpdir()}/example-`));
const workspace = await openWorkspace({ roots: [root] });

const tracer = tracerProvider.getTracer('example');
await tracer.startActiveSpan('handle request', async (request) => {
  await workspace.createFile(`${root}/note.md`, '- milk\n');
  await workspace.updateFile(`${root}/note.md`, ({ text }) => `${text}- bread\n`);
  await workspace.readFiles([{ path: `${root}/note.md` }, { path: `${root}/missing.md` }]);
  await workspace.readFile(`${root}/missing.md`).catch(() => undefined);
  request.end();
});
await workspace.close();

const spans = spanExporter.getFinishedSpans();
const request = spans.find(({ name }) => name === 'handle request');
for (const { name, attributes, parentSpanContext } of spans) {
  if (parentSpanContext?.spanId !== request?.spanContext().spanId) continue;
  const { 'ploke.bytes': bytes, 'ploke.failed_items': failed = 0, 'error.type': error = 'none' } = attributes;
  console.log(`${name}: ${bytes} bytes, ${failed} failed items, error ${error}`);
}

await meterProvider.forceFlush();
const metrics = metricExporter
  .getMetrics()
  .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics: some }) => some));
const written = metrics.find(({ descriptor }) => descriptor.name === 'ploke.operation.io');
for (const { attributes, value } of written?.dataPoints ?? []) {
  console.log(
    `${attributes['ploke.operation']} ${attributes['disk.io.direction']}: ${value} ${written.descriptor.unit}`,
  );
}

instrumentation.disable();
await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]);
await rm(root, { recursive: true });
context.disable();
