// For the contenders' processes: how long work takes, and for how long it keeps the event loop from running meanwhile.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setImmediate, setTimeout } from 'node:timers/promises';

export async function timed(work) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  // Some turns of the loop, so that the histogram's timer is running before the work begins.
  await setTimeout(20);
  delay.enable();
  await setTimeout(20);
  delay.reset();
  // A reset histogram forgets when its timer ran last: without a turn of the loop it would miss what blocks first.
  await setTimeout(5);
  const began = process.hrtime.bigint();
  const result = await work();
  const elapsedMs = Number(process.hrtime.bigint() - began) / 1e6;
  await setImmediate();
  await setTimeout(5);
  delay.disable();
  return { result, elapsedMs, stallMs: delay.max / 1e6 };
}

/** Of the process since it began, what came before the measurement included. */
export function peakMiB() {
  return process.resourceUsage().maxRSS / 1024;
}
