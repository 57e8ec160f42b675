import { expect, test } from 'vitest';
import { Hints } from '../../../src/events/hints.js';
import { Looks, type LooksOptions } from '../../../src/events/looks.js';
import { WatchedTree } from '../../../src/events/watched-tree.js';

const { top } = new WatchedTree('/r', '1:1');
const hintOf = (name: string) => (hints: Hints) => hints.addName(top, name);
const namesOf = (hints: Hints) => [...(hints.names.get(top)?.keys() ?? [])];

function looksOf(options: Partial<LooksOptions>): Looks {
  return new Looks({
    debounceMs: 0,
    take: () => {},
    look: async () => new Hints(),
    ended: () => {},
    isHeld: () => true,
    released: async () => {},
    failed: () => false,
    ...options,
  });
}

test('what has to wait is looked at again when its change ends in the middle of the look', async () => {
  const seen: string[][] = [];
  const looks: Looks = looksOf({
    look: async (hints) => {
      seen.push(namesOf(hints));
      const later = new Hints();
      if (seen.length > 1) return later;
      // The change is let go before the look is over, and something else was postponed by then.
      looks.resume();
      hintOf('a')(later);
      return later;
    },
  });
  looks.hint(hintOf('a'));
  await looks.settled();
  expect(seen).toEqual([['a'], ['a']]);
  await looks.close();
});

test('what a look gives back is not lost when others were resumed in the middle of it', async () => {
  const seen: string[][] = [];
  const ends: (() => void)[] = [];
  const looks: Looks = looksOf({
    look: async (hints) => {
      seen.push(namesOf(hints));
      const later = new Hints();
      if (seen.length === 1) hintOf('a')(later);
      if (seen.length === 2) {
        // It was 'a' that waited; now 'b' has to.
        looks.resume();
        hintOf('b')(later);
      }
      return later;
    },
    ended: () => ends.shift()?.(),
  });
  const end = () =>
    new Promise<void>((resolve) => {
      ends.push(resolve);
    });
  const first = end();
  looks.hint(hintOf('a'));
  await first;
  const second = end();
  looks.hint(hintOf('b'));
  await second;
  await looks.settled();
  expect(seen.slice(0, 2)).toEqual([['a'], ['b']]);
  expect(new Set(seen.slice(2).flat())).toEqual(new Set(['a', 'b']));
  await looks.close();
});

test('a look that fails for want of something is made again, and what it was to see is not forgotten', async () => {
  const seen: string[][] = [];
  const failures: unknown[] = [];
  const looks = looksOf({
    look: async (hints) => {
      seen.push(namesOf(hints));
      if (seen.length === 1) throw new Error('no permit to be had');
      return new Hints();
    },
    failed: (error) => failures.push(error) > 0,
  });
  looks.hint(hintOf('a'));
  await looks.settled();
  expect(seen).toEqual([['a'], ['a']]);
  expect(failures).toHaveLength(1);
  await looks.close();
});

test('a failure after a look is told, and ends nothing', async () => {
  const failures: unknown[] = [];
  let ends = 0;
  const looks = looksOf({
    ended: () => {
      ends++;
      throw new Error('a bug');
    },
    failed: (error) => failures.push(error) < 0,
  });
  looks.hint(hintOf('a'));
  await looks.settled();
  looks.hint(hintOf('b'));
  await looks.settled();
  expect(failures).toHaveLength(ends);
  expect(ends).toBe(2);
  await looks.close();
});

test('settled comes back although changes keep coming', async () => {
  const looks: Looks = looksOf({
    look: async () => {
      looks.hint(hintOf('another'));
      return new Hints();
    },
  });
  looks.hint(hintOf('a'));
  await looks.settled();
  await looks.close();
});
