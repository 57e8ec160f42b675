import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toEventBody } from '../../../src/events/file-event.js';
import type { FileEvent } from '../../../src/types.js';
import { apply } from '../../support/replay.js';
import { brief, PublishedTree, taken } from '../../support/subscribed.js';
import { validChanges } from '../../support/valid-changes.js';

const warning = { code: 'PLOKE_WATCH_POLLING', message: 'slow' };

describe('drop-oldest', () => {
  test('drops the oldest changes, with one overflow in their place whose count grows while it waits', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 2 });
    tree.change('create a', 'create b', 'create c', 'create d', 'create e');
    expect(events.dropped).toBe(3);
    expect(await taken(events, 3)).toEqual(['1 overflow 3', '4 create d', '5 create e']);
    expect(await taken(events, 4)).toEqual(['6 create a', '7 create b', '8 create c', '9 rescanned']);
  });

  test('begins another overflow when the first one was taken', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 2 });
    tree.change('create a', 'create b', 'create c');
    expect(await taken(events, 1)).toEqual(['1 overflow 1']);
    tree.change('create d', 'create e');
    expect(await taken(events, 3)).toEqual(['2 overflow 2', '4 create d', '5 create e']);
    expect(events.dropped).toBe(3);
  });

  test('does not count or drop what tells of the watching', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 1 });
    tree.publish({ type: 'degraded', root: '/r', reason: warning });
    tree.change('create a');
    tree.publish({ type: 'overflow', source: 'kernel', dropped: null });
    tree.change('create b');
    tree.publish({ type: 'rescanned' });
    tree.change('create c');
    expect(await taken(events, 5)).toEqual([
      '1 degraded',
      '2 overflow 2',
      '3 overflow null',
      '5 rescanned',
      '6 create c',
    ]);
  });

  test('keeps the order of a hundred thousand events through a queue of a thousand', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 1_000 });
    for (let index = 0; index < 100_000; index++) {
      tree.publish({ type: 'update', root: '/r', path: '/r/a', entryType: 'file', origin: null, stamp: '' });
    }
    expect(await taken(events, 1)).toEqual(['1 overflow 99000']);
    const first = await events.next();
    expect(first.value?.sequence).toBe(99_001);
    for (let index = 1; index < 1_000; index++) await events.next();
    // What was told of the path since is all there is to tell.
    expect(await taken(events, 1)).toEqual(['100001 rescanned']);
  });
});

describe('drop-newest', () => {
  test('drops what comes, with an overflow in its place whose count grows until something comes after it', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 2, overflow: 'drop-newest' });
    tree.change('create a', 'create b', 'create c', 'create d');
    expect(await taken(events, 1)).toEqual(['1 create a']);
    tree.change('create e', 'create f', 'create g');
    expect(events.dropped).toBe(4);
    expect(await taken(events, 4)).toEqual(['2 create b', '3 overflow 2', '5 create e', '6 overflow 2']);
    expect(await taken(events, 5)).toEqual(['8 create c', '9 create d', '10 create f', '11 create g', '12 rescanned']);
  });

  test('queues what tells of the watching although it is full', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 1, overflow: 'drop-newest' });
    tree.change('create a', 'create b');
    tree.publish({ type: 'degraded', root: '/r', reason: warning });
    tree.change('create c');
    expect(await taken(events, 4)).toEqual(['1 create a', '2 overflow 1', '3 degraded', '4 overflow 1']);
  });

  test('does not tell again of what was queued in full after something was dropped', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 1, overflow: 'drop-newest' });
    tree.change('create a', 'create b');
    await events.next();
    tree.change('update b =2');
    expect(await taken(events, 3)).toEqual(['2 overflow 1', '3 update b', '4 rescanned']);
  });
});

describe('fail', () => {
  test('delivers what is queued, then rejects once, and is done', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 2, overflow: 'fail' });
    tree.change('create a', 'create b');
    expect(tree.broadcast.size).toBe(1);
    tree.change('create c');
    expect([tree.broadcast.size, events.dropped]).toEqual([0, 1]);
    expect(await taken(events, 2)).toEqual(['1 create a', '2 create b']);
    tree.change('create d');
    await expect(events.next()).rejects.toMatchObject({
      code: 'ERR_PLOKE_EVENT_OVERFLOW',
      operation: 'events',
      details: { capacity: 2, option: 'watch.queueCapacity' },
    });
    expect(await taken(events, 2)).toEqual(['done', 'done']);
  });

  test('does not fail for a consumer that keeps up', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 1, overflow: 'fail' });
    const waiting = [events.next(), events.next(), events.next()];
    tree.change('create a', 'create b', 'create c', 'create d');
    expect((await Promise.all(waiting)).map(({ value }) => value?.sequence)).toEqual([1, 2, 3]);
    expect(await taken(events, 1)).toEqual(['4 create d']);
  });
});

describe('catching up', () => {
  test('tells of a missed path as it is now, once, and of nobody as its origin', async () => {
    const tree = new PublishedTree();
    tree.change('create a =0', 'create b =0');
    const events = tree.subscribe({ capacity: 1 });
    tree.change('update a =1 !x', 'update a =2 !x', 'remove b !x', 'create c =1 !x');
    expect(await taken(events, 2)).toEqual(['3 overflow 3', '6 create c']);
    const { value } = await events.next();
    const at = expect.any(Number);
    expect(value).toEqual({
      type: 'update',
      root: '/r',
      path: '/r/a',
      entryType: 'file',
      origin: null,
      stamp: '2',
      sequence: 7,
      at,
    });
    expect(await taken(events, 2)).toEqual(['8 remove b', '9 rescanned']);
  });

  test('goes on after live events, which are told before what is still missed', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 2 });
    tree.change('create a', 'create b', 'create c', 'create d');
    expect(await taken(events, 4)).toEqual(['1 overflow 2', '3 create c', '4 create d', '5 create a']);
    tree.change('create e', 'remove b');
    expect(await taken(events, 3)).toEqual(['6 create e', '7 remove b', '8 rescanned']);
    expect([...tree.entries.keys()]).toEqual(['/r/a', '/r/c', '/r/d', '/r/e']);
  });

  test('tells the whole of a directory before live events that came meanwhile', async () => {
    const tree = new PublishedTree();
    tree.change('create d/', 'create d/a', 'create d/b');
    const events = tree.subscribe({ capacity: 1 });
    tree.change('rename d/ e/', 'create x');
    expect(await taken(events, 4)).toEqual(['4 overflow 1', '5 create x', '6 remove d', '7 create e']);
    tree.change('remove e/a');
    expect(await taken(events, 4)).toEqual(['8 create e/a', '9 create e/b', '10 remove e/a', '11 rescanned']);
  });

  test('publishes what is pending before it looks at the tree', async () => {
    const tree = new PublishedTree();
    const pending = ['rename d/ e/'];
    const events = tree.subscribe({ capacity: 1, publishPending: () => tree.change(...pending.splice(0)) });
    tree.change('create d/', 'create d/a', 'create x');
    expect(await taken(events, 7)).toEqual([
      '1 overflow 2',
      '3 create x',
      '4 rename d e',
      // Of what was in d nothing was known when it was renamed.
      '5 remove e',
      '6 create e',
      '7 create e/a',
      '8 rescanned',
    ]);
  });

  test('ends with return, whatever is still missed', async () => {
    const tree = new PublishedTree();
    tree.change('create d/', 'create d/a', 'create d/b');
    const [behind, telling] = [tree.subscribe({ capacity: 1 }), tree.subscribe({ capacity: 1 })];
    tree.change('rename d/ e/', 'create x');
    expect(await taken(behind, 2)).toEqual(['4 overflow 1', '5 create x']);
    await behind.return();
    expect(await taken(behind, 1)).toEqual(['done']);
    expect(await taken(telling, 4)).toEqual(['4 overflow 1', '5 create x', '6 remove d', '7 create e']);
    await telling.return();
    expect(await taken(telling, 1)).toEqual(['done']);
  });

  test('serves calls that were made together', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 1 });
    tree.change('create a', 'create b', 'create c');
    const calls = Array.from({ length: 6 }, () => events.next());
    tree.change('create d');
    const told = (await Promise.all(calls)).map(({ value }) => (value ? brief(value) : 'done'));
    expect(told).toEqual(['1 overflow 2', '3 create c', '4 create a', '5 create b', '6 rescanned', '7 create d']);
  });

  test('says nothing but rescanned where what was missed came to nothing', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 1 });
    tree.change('create a', 'remove a', 'create b');
    expect(await taken(events, 3)).toEqual(['1 overflow 2', '3 create b', '4 rescanned']);
  });

  test('says rescanned once for each time it fell behind', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 1 });
    tree.change('create a', 'create b');
    expect(await taken(events, 4)).toEqual(['1 overflow 1', '2 create b', '3 create a', '4 rescanned']);
    const next = taken(events, 1);
    tree.change('create c');
    expect(await next).toEqual(['5 create c']);
    tree.change('create d', 'create e');
    expect(await taken(events, 4)).toEqual(['6 overflow 1', '7 create e', '8 create d', '9 rescanned']);
  });
});

const numRuns = Number(process.env.PLOKE_IO_TEST_RUNS ?? (process.env.CI ? 1_000 : 3_000));

test.each(['drop-oldest', 'drop-newest'] as const)(
  '%s: whatever is lost, in the end the subscriber believes what is true, and numbers rise',
  async (overflow) => {
    await fc.assert(
      fc.asyncProperty(
        validChanges(24),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(3), { minLength: 30, maxLength: 30 }),
        async ({ before, changes }, capacity, takes) => {
          const tree = new PublishedTree();
          for (const [path, entry] of before) tree.entries.set(path, entry);
          const events = tree.subscribe({ capacity, overflow });
          const believed = new Map(before);
          const seen: FileEvent[] = [];
          let waiting: ReturnType<typeof events.next> | undefined;
          /** Whether there was one; otherwise the call goes on waiting for it. */
          const take = async (): Promise<boolean> => {
            waiting ??= events.next();
            const result = await Promise.race([waiting, undefined]);
            if (!result?.value) return false;
            waiting = undefined;
            seen.push(result.value);
            apply(believed, result.value);
            return true;
          };
          for (const [index, change] of changes.entries()) {
            apply(tree.entries, change);
            tree.publish(toEventBody(change));
            for (let count = takes[index % takes.length] ?? 0; count > 0; count--) await take();
          }
          while (await take());
          expect(believed).toEqual(tree.entries);
          const numbers = seen.map(({ sequence }) => sequence);
          expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
          expect(events.dropped > 0).toBe(seen.some(({ type }) => type === 'rescanned'));
          const counts = seen.map((event) => (event.type === 'overflow' ? (event.dropped ?? 0) : 0));
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(events.dropped);
        },
      ),
      { numRuns },
    );
  },
);
