import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { onTestFinished } from 'vitest';
import { eventChannels, operationChannels } from '../../src/telemetry/channel-names.js';
import type { LockContention, OperationTrace } from '../../src/types.js';

export type Phase = 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error';

/** What was published of calls, in order; `told` is a copy of the context as it was at that moment. */
export interface Told {
  readonly channel: string;
  readonly phase: Phase;
  readonly told: OperationTrace;
  /** The context object itself. */
  readonly context: OperationTrace;
}

const phases: readonly Phase[] = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

/** Subscribes, until the test ends or `stop` is called. */
export function listen<T>(channel: string, listener: (message: T) => void): () => void {
  const onMessage = (message: unknown): void => listener(message as T);
  subscribe(channel, onMessage);
  const stop = (): void => void unsubscribe(channel, onMessage);
  onTestFinished(stop);
  return stop;
}

/** What is published of calls from now on, on all tracing channels. */
export function recordCalls() {
  const all: Told[] = [];
  const stops = Object.values(operationChannels).flatMap((channel) =>
    phases.map((phase) =>
      listen<OperationTrace>(`tracing:${channel}:${phase}`, (context) =>
        all.push({ channel, phase, told: { ...context }, context }),
      ),
    ),
  );
  return {
    all,
    stop: () => stops.forEach((stop) => void stop()),
    of: (operation: string) => all.filter(({ told }) => told.operation === operation),
    /** The calls that are over, as they were then. */
    ended: (operation: string) =>
      all.flatMap(({ phase, told }) => (phase === 'asyncEnd' && told.operation === operation ? [told] : [])),
  };
}

export function recordSlow(): OperationTrace[] {
  const slow: OperationTrace[] = [];
  listen<OperationTrace>(eventChannels.slowOperation, (told) => slow.push(told));
  return slow;
}

export function recordContentions(): LockContention[] {
  const contentions: LockContention[] = [];
  listen<LockContention>(eventChannels.lockContention, (told) => contentions.push(told));
  return contentions;
}
