import { performance } from 'node:perf_hooks';
import type { Gate, GateTicket } from '../concurrency/gate.js';
import type { NativeAddon } from '../native/addon.js';
import type { CallTrace } from '../telemetry/call-trace.js';

/** What a call needs of a gate. */
export type GateAccess = Pick<Gate, 'acquire' | 'run'>;

/** The gate itself, or, for a call that is traced, one that tells the trace how long the call waited for permits. */
export function gateFor(trace: CallTrace | undefined, gate: Gate): GateAccess {
  return trace ? new TracedGate(trace, gate) : gate;
}

/** The addon itself, or, for a call that is traced, one that tells the trace how long its calls take. */
export function addonFor(trace: CallTrace | undefined, addon: NativeAddon): NativeAddon {
  return trace ? new Proxy(addon, { get: (target, name) => timed(trace, target, Reflect.get(target, name)) }) : addon;
}

/** Waits for a place in line, and tells the trace how long that took. */
export function inLine<T>(trace: CallTrace | undefined, admitted: Promise<T>): Promise<T> {
  if (!trace) return admitted;
  const since = performance.now();
  return admitted.finally(() => trace.addQueueWait(since));
}

/** Waits for native work that is not the call's own to make, and tells the trace how long that took. */
export function inNative<T>(trace: CallTrace | undefined, work: Promise<T>): Promise<T> {
  if (!trace) return work;
  const since = performance.now();
  return work.finally(() => trace.addNative(since));
}

class TracedGate implements GateAccess {
  readonly #trace: CallTrace;
  readonly #gate: Gate;

  constructor(trace: CallTrace, gate: Gate) {
    this.#trace = trace;
    this.#gate = gate;
  }

  acquire(count: number, signal: AbortSignal | undefined, operation: string): Promise<GateTicket> {
    return inLine(this.#trace, this.#gate.acquire(count, signal, operation));
  }

  async run<T>(
    count: number,
    signal: AbortSignal | undefined,
    work: (ticket: GateTicket) => Promise<T>,
    operation: string,
  ): Promise<T> {
    const ticket = await this.acquire(count, signal, operation);
    try {
      return await work(ticket);
    } finally {
      ticket.release();
    }
  }
}

function timed(trace: CallTrace, addon: NativeAddon, member: unknown): unknown {
  if (typeof member !== 'function') return member;
  return (...args: readonly unknown[]): unknown => {
    const since = performance.now();
    const add = (): void => trace.addNative(since);
    const result: unknown = Reflect.apply(member, addon, args);
    // Entered before whoever called waits for it, so that its own work is not counted.
    if (result instanceof Promise) void result.then(add, add);
    else add();
    return result;
  };
}
