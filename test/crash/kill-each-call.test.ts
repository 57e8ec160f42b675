import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildTracer, tracerRefusal } from '../support/tracer.mjs';
import { runKills } from './kill-points.mjs';
import { control } from './scenarios.mjs';

// The short form of `npm run test:kill`.
let tracer: { readonly program: string; remove(): void };
beforeAll(() => {
  tracer = buildTracer();
  expect(tracerRefusal(tracer.program)).toBeUndefined();
});
afterAll(() => tracer.remove());

test('a writer killed at any system call leaves every file whole, its lock free, and nothing of anybody lost', async () => {
  const { points, unreached, littered, wrong } = await runKills(tracer, { perScenario: 6 });
  expect(points).toBeGreaterThanOrEqual(60);
  expect(unreached).toBeLessThan(points / 4);
  // Were nothing ever left behind, the sweep would not have been tested.
  expect(littered).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
}, 240_000);

test('the control, a writer that truncates, is caught', async () => {
  expect((await runKills(tracer, { table: { control } })).wrong).not.toEqual([]);
});
