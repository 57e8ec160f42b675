import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram } from '../../../src/telemetry/histogram.js';
import { MetricsRegistry } from '../../../src/telemetry/metrics.js';

describe('MetricsRegistry', () => {
  test('counts by one or by more', () => {
    const metrics = new MetricsRegistry();
    metrics.count('read.files');
    metrics.count('read.files');
    metrics.count('read.bytes', 4096);
    expect(metrics.snapshot().counters).toEqual({ 'read.files': 2, 'read.bytes': 4096 });
  });

  test('a snapshot is plain data, and does not change any more', () => {
    const metrics = new MetricsRegistry();
    metrics.count('a');
    metrics.observe('b.ms', 3);
    const snapshot = metrics.snapshot();
    metrics.count('a');
    metrics.observe('b.ms', 5);
    expect(structuredClone(snapshot)).toEqual({
      counters: { a: 1 },
      histograms: { 'b.ms': { count: 1, sum: 3, p50: 3, p99: 3, max: 3 } },
    });
  });

  test('names made out of data do not eat the memory', () => {
    const metrics = new MetricsRegistry();
    metrics.count('first');
    for (let index = 0; index < 100_000; index++) metrics.count(`file.${index}`);
    metrics.count('first');
    const { counters } = metrics.snapshot();
    expect(Object.keys(counters).length).toBeLessThanOrEqual(513);
    expect(counters.first).toBe(2);
    expect(Object.values(counters).reduce((sum, value) => sum + value)).toBe(100_002);
  });

  test('a name like a member of Object is a name', () => {
    const metrics = new MetricsRegistry();
    metrics.count('__proto__');
    metrics.count('constructor');
    expect(Object.entries(metrics.snapshot().counters)).toEqual([
      ['__proto__', 1],
      ['constructor', 1],
    ]);
  });
});

describe('Histogram', () => {
  const summaryOf = (...values: readonly number[]) => {
    const histogram = new Histogram();
    for (const value of values) histogram.add(value);
    return histogram.summary();
  };

  test('is all zeros when nothing was seen', () => {
    expect(summaryOf()).toEqual({ count: 0, sum: 0, p50: 0, p99: 0, max: 0 });
  });

  test('takes 0, negative and huge numbers, and nothing that is no number', () => {
    expect(summaryOf(0, -5, Number.NaN, Number.POSITIVE_INFINITY)).toEqual({
      count: 2,
      sum: 0,
      p50: 0,
      p99: 0,
      max: 0,
    });
    expect(summaryOf(1e300)).toMatchObject({ count: 1, max: 1e300 });
  });

  test('tells count, sum and maximum exactly, and the quantiles within a sixteenth', () => {
    const value = fc.oneof(fc.double({ min: 0.001, max: 1e12, noNaN: true }), fc.nat(10_000));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        const { count, sum, p50, p99, max } = summaryOf(...values);
        expect([count, max]).toEqual([values.length, sorted.at(-1)]);
        expect(sum).toBeCloseTo(values.reduce((total, next) => total + next, 0));
        for (const [share, shown] of [
          [0.5, p50],
          [0.99, p99],
        ] as const) {
          const exact = sorted[Math.ceil(values.length * share) - 1] ?? 0;
          expect(shown).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
          expect(shown).toBeLessThanOrEqual(Math.max(exact * (1 + 1 / 16) * (1 + 1e-9), 2 ** -10));
        }
      }),
    );
  });
});
