import { expect, test } from 'vitest';
import { judgeTimestamps, measureStamps } from '../../../src/doctor/judge-timestamps.js';
import { someCapabilities } from './some-capabilities.js';

const second = 1_000_000_000n;

test('the unit of time stamps is the coarsest of which all are multiples', () => {
  expect(measureStamps([])).toBeUndefined();
  expect(measureStamps([1n, 2n, 2n, 9n])).toEqual({ unitMs: 1e-6, stepMs: 1e-6, sameAsBefore: 1 });
  expect(measureStamps([300n, 500n])).toMatchObject({ unitMs: 1e-4, stepMs: 2e-4 });
  expect(measureStamps([4_000_000n, 8_000_000n])).toMatchObject({ unitMs: 1, stepMs: 4, sameAsBefore: 0 });
  expect(measureStamps([3n * second, 3n * second])).toEqual({ unitMs: 1_000, stepMs: null, sameAsBefore: 1 });
  expect(measureStamps([4n * second, 6n * second])).toMatchObject({ unitMs: 2_000 });
});

test('one even second is not taken for the two-second stamps of FAT', () => {
  expect(measureStamps([4n * second, 4n * second])).toMatchObject({ unitMs: 1_000 });
});

test('a clock that goes backwards makes no step', () => {
  expect(measureStamps([9n, 5n, 6n])).toMatchObject({ stepMs: 1e-6, sameAsBefore: 0 });
  expect(measureStamps([9n, 5n])).toMatchObject({ stepMs: null });
});

test('stamps that are coarser than scans rely on are a warning, others at most a note', () => {
  const severityOf = (assumedMs: number, stamps: readonly bigint[]) =>
    judgeTimestamps(someCapabilities({ timestampResolutionMs: assumedMs }), stamps).severity;
  expect(severityOf(1e-6, [1n, 2n, 3n])).toBe('ok');
  expect(severityOf(10, [1n, 1n, 2n])).toBe('note');
  expect(severityOf(1_000, [3n * second, 3n * second])).toBe('note');
  expect(severityOf(1_000, [4n * second, 6n * second])).toBe('warning');
  expect(severityOf(10, [3n * second, 3n * second])).toBe('warning');
  expect(severityOf(10, [])).toBe('note');
});
