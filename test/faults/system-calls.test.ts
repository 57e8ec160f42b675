import { afterAll, beforeAll, expect, test } from 'vitest';
import { control } from '../crash/scenarios.mjs';
import { buildTracer, tracerRefusal } from '../support/tracer.mjs';
import { runFaults } from './fault-points.mjs';

// The short form of `npm run test:faults`.
let tracer: { readonly program: string; remove(): void };
beforeAll(() => {
  tracer = buildTracer();
  expect(tracerRefusal(tracer.program)).toBeUndefined();
});
afterAll(() => tracer.remove());

test('whatever system call fails, the error is typed, the file whole, and nothing is left open or behind', async () => {
  const { faults, wrong } = await runFaults(tracer, { perScenario: 10 });
  expect(faults).toBeGreaterThanOrEqual(75);
  expect(wrong).toEqual([]);
}, 240_000);

test('the control, a writer that truncates, is caught', async () => {
  expect((await runFaults(tracer, { table: { control }, perScenario: 20 })).wrong).not.toEqual([]);
});
