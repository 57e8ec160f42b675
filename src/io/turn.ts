import { setImmediate } from 'node:timers/promises';

/** Ends this turn of the event loop: timers, I/O and other callers run before the promise resolves. */
export async function letEventsRun(): Promise<void> {
  await setImmediate();
}
