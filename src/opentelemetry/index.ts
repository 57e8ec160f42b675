import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import { invalidArgument } from '../errors/make.js';
import { eventChannels, operationChannels } from '../telemetry/channel-names.js';
import type { OperationTrace } from '../types.js';
import { Instruments } from './instruments.js';
import { Spans } from './spans.js';

export interface InstrumentOptions {
  /** Who makes the spans; false: there are none. Default: the global provider, as it is when `instrument` is called. */
  readonly tracerProvider?: TracerProvider | false | undefined;
  /** Who makes the metrics; false: there are none. Default: the global provider, as it is when `instrument` is called. */
  readonly meterProvider?: MeterProvider | false | undefined;
}

export interface Instrumentation {
  /** Idempotent. Spans of calls that are under way are not ended any more. */
  disable(): void;
}

const scope = 'ploke-io';

/**
 * Turns what this process's workspaces tell on their diagnostics channels into spans and metrics, until `disable`. Names and
 * attributes are in docs/observability.md. The parent of a span is the active one where the call was made.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT for an unknown option
 */
export function instrument(options: InstrumentOptions = {}): Instrumentation {
  checkNames(options);
  const { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider() } = options;
  const spans = tracerProvider ? new Spans(tracerProvider.getTracer(scope)) : undefined;
  const instruments = meterProvider ? new Instruments(meterProvider.getMeter(scope)) : undefined;
  const subscriptions: [channel: string, listener: (message: unknown) => void][] = [];
  const listen = <T>(channel: string, listener: (message: T) => void): void => {
    // What is published on a channel of ours is what types.ts says of it.
    subscriptions.push([channel, (message) => listener(message as T)]);
  };
  for (const channel of Object.values(operationChannels)) {
    if (spans) listen<OperationTrace>(`tracing:${channel}:start`, (told) => spans.start(told));
    listen<OperationTrace>(`tracing:${channel}:asyncEnd`, (told) => {
      spans?.end(told);
      instruments?.record(told);
    });
  }
  if (instruments) {
    listen<OperationTrace>(eventChannels.slowOperation, (told) => instruments.countSlow(told));
    listen<OperationTrace>(eventChannels.lockContention, (told) => instruments.countContention(told));
  }
  for (const [channel, listener] of subscriptions) subscribe(channel, listener);
  return {
    disable() {
      for (const [channel, listener] of subscriptions.splice(0)) unsubscribe(channel, listener);
    },
  };
}

function checkNames(options: InstrumentOptions): void {
  const unknown = Object.keys(options).find((name) => name !== 'tracerProvider' && name !== 'meterProvider');
  if (unknown === undefined) return;
  const message = `${unknown} is no option. Pass tracerProvider, meterProvider, or nothing.`;
  throw invalidArgument('instrument', message, { argument: unknown });
}
