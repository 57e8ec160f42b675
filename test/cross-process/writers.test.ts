import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildTracer, tracerRefusal } from '../support/tracer.mjs';
import { countAgainst, countTogether, hookedSwaps, mixedBatches } from './writers.mjs';

// The short form of `npm run test:writers`.
describe('processes that change one file', () => {
  test.each(['hash', 'update', 'lock'] as const)('lose no update: %s', async (how) => {
    const { final, expected, left, mismatches } = await countTogether({ how, processes: 8, cycles: 25 });
    expect(final).toBe(expected);
    expect(left).toEqual([]);
    // Whoever holds the lock is not disturbed by those who ask for it.
    if (how !== 'hash') expect(mismatches).toBe(0);
  });

  test.each(['hash', 'update', 'lock'] as const)(
    'overwrite nothing silently of a program that asks nobody: %s',
    async (how) => {
      const against = { how, processes: 4, cycles: 50, replacements: 500, pauseMicroseconds: 300 } as const;
      const result = await countAgainst(against);
      expect(result).toMatchObject({ foreign: 500, written: 200, silent: 0, lost: 0, twice: 0, left: [] });
    },
  );

  test('the control, a look and then a rename, does', async () => {
    const against = { how: 'plain', processes: 6, cycles: 300, replacements: 4_000, pauseMicroseconds: 200 } as const;
    expect((await countAgainst(against)).silent).toBeGreaterThan(0);
  });

  test('mixed batches over the same files all end, and leave every file whole', async () => {
    expect(await mixedBatches({ processes: 4, rounds: 6 })).toEqual([]);
  });
});

describe('a foreign version exactly between the look and the exchange', () => {
  let tracer: { readonly program: string; remove(): void };
  beforeAll(() => {
    tracer = buildTracer();
    expect(tracerRefusal(tracer.program)).toBeUndefined();
  });
  afterAll(() => tracer.remove());

  test('is put back, and the error has both hashes', async () => {
    const result = await hookedSwaps(tracer, { attempts: 20, twice: false });
    expect(result).toMatchObject({ mismatches: 20, swapBacks: 20, written: 0, wrongHash: 0, recovered: 0 });
  });

  test('is kept as a recovered file when another one comes before it is back', async () => {
    const result = await hookedSwaps(tracer, { attempts: 20, twice: true });
    expect(result).toMatchObject({ mismatches: 20, swapBacks: 20, written: 0, wrongHash: 0, recovered: 20 });
  });
});
