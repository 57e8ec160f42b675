import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toEventBody } from '../../../src/events/file-event.js';
import { MissedChanges } from '../../../src/events/missed-changes.js';
import { listingView } from '../../support/listing-view.js';
import { apply } from '../../support/replay.js';
import { root, validChanges } from '../../support/valid-changes.js';

const numRuns = Number(process.env.PLOKE_IO_TEST_RUNS ?? (process.env.CI ? 2_000 : 5_000));

test('a subscriber that lost any of its events believes what is true when the missed ones are told', () => {
  const fates = fc.array(fc.constantFrom('delivered', 'dropped', 'dropped', 'told'), { minLength: 20, maxLength: 20 });
  fc.assert(
    fc.property(validChanges(20), fates, ({ before, changes }, fateOf) => {
      const tree = new Map(before);
      const believed = new Map(before);
      const view = listingView(root, () => tree);
      const missed = new MissedChanges();
      const tell = () => {
        for (const body of missed.next(view)) apply(believed, body);
      };
      for (const [index, change] of changes.entries()) {
        apply(tree, change);
        const body = toEventBody(change);
        if (fateOf[index] === 'dropped') missed.add(body);
        else {
          missed.delivered(body);
          apply(believed, body);
        }
        // Some of it only, and then there is more.
        if (fateOf[index] === 'told') tell();
      }
      while (missed.size > 0) tell();
      expect(believed).toEqual(tree);
    }),
    { numRuns },
  );
});

test('keeps no more than the paths that the lost events name', () => {
  fc.assert(
    fc.property(validChanges(20), ({ changes }) => {
      const missed = new MissedChanges();
      for (const change of changes) missed.add(toEventBody(change));
      const paths = changes.flatMap((change) =>
        change.type === 'rename' ? [change.from, change.path] : [change.path],
      );
      expect(missed.size).toBeLessThanOrEqual(new Set(paths).size);
    }),
    { numRuns: 500 },
  );
});
