// For the contenders' processes: how long work takes, and for how long it keeps the event loop from running meanwhile.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setImmediate, setTimeout } from 'node:timers/promises';

const resolutionMs = 1;

export async function timed(work) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
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
  // What kept the loop longer than that came before the work or after it.
  const longestMs = elapsedMs + 2 * resolutionMs;
  return { result, elapsedMs, stallMs: Math.min(delay.max / 1e6, longestMs) };
}

/** Of the process since it began, what came before the measurement included. */
export function peakMiB() {
  return process.resourceUsage().maxRSS / 1024;
}
