import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coalesce } from '../../../src/events/coalesce.js';
import { replay } from '../../support/replay.js';
import { validChanges } from '../../support/valid-changes.js';

const numRuns = Number(process.env.PLOKE_IO_TEST_RUNS ?? (process.env.CI ? 2_000 : 5_000));

test('has the effect of the changes on any listing over which they are valid, and is never longer', () => {
  fc.assert(
    fc.property(validChanges(14), ({ before, changes }) => {
      const short = coalesce(changes);
      expect(short.length).toBeLessThanOrEqual(changes.length);
      expect(replay(before, short)).toEqual(replay(before, changes));
    }),
    { numRuns },
  );
});

test('has the same effect when it is coalesced once more', () => {
  fc.assert(
    fc.property(validChanges(14), ({ before, changes }) => {
      const once = coalesce(changes);
      const twice = coalesce(once);
      expect(twice.length).toBeLessThanOrEqual(once.length);
      expect(replay(before, twice)).toEqual(replay(before, changes));
    }),
    { numRuns },
  );
});

test('has the same effect when a window is coalesced in parts, and the parts together', () => {
  fc.assert(
    fc.property(validChanges(14), fc.nat(14), ({ before, changes }, at) => {
      const parts = [...coalesce(changes.slice(0, at)), ...coalesce(changes.slice(at))];
      expect(replay(before, coalesce(parts))).toEqual(replay(before, changes));
    }),
    { numRuns },
  );
});

test('keeps the origin that all changes have, and tells of none that no change has', () => {
  fc.assert(
    fc.property(validChanges(14), ({ changes }) => {
      const origins = new Set(changes.map((change) => change.origin));
      for (const change of coalesce(changes)) expect([null, ...origins]).toContain(change.origin);
      const [only] = origins;
      if (origins.size === 1) for (const change of coalesce(changes)) expect(change.origin).toBe(only);
    }),
    { numRuns },
  );
});
