// For the contenders' processes: how long work takes, and for how long it keeps the event loop from running meanwhile.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';

const resolutionMs = 1;

export async function timed(work) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  await samples(delay, 2);
  delay.reset();
  // A reset histogram forgets when its timer ran last: without samples it would miss what blocks first.
  await samples(delay, 2);
  const began = process.hrtime.bigint();
  const result = await work();
  const elapsedMs = Number(process.hrtime.bigint() - began) / 1e6;
  // A stall is entered when it is over.
  await samples(delay, delay.count + 2);
  delay.disable();
  // What kept the loop longer than that came before the work or after it.
  const longestMs = elapsedMs + 2 * resolutionMs;
  return { result, elapsedMs, stallMs: Math.min(delay.max / 1e6, longestMs) };
}

/** Turns of the loop until the histogram has taken so many samples. */
async function samples(delay, count) {
  while (delay.count < count) await setImmediate();
}

/** Of the process since it began, what came before the measurement included. */
export function peakMiB() {
  return process.resourceUsage().maxRSS / 1024;
}
