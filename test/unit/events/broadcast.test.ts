import { expect, test } from 'vitest';
import type { FileEvent } from '../../../src/types.js';
import { PublishedTree, taken } from '../../support/subscribed.js';

test('gives every subscriber the same object, numbered once', async () => {
  const tree = new PublishedTree();
  const [one, other] = [tree.subscribe(), tree.subscribe()];
  const before = Date.now();
  tree.change('create a =1 !x');
  const event = (await one.next()).value;
  expect((await other.next()).value).toBe(event);
  expect(event).toEqual({
    type: 'create',
    root: '/r',
    path: '/r/a',
    entryType: 'file',
    origin: 'x',
    stamp: '1',
    sequence: 1,
    at: expect.any(Number),
  });
  expect(event?.at).toBeGreaterThanOrEqual(before);
});

test('a subscription begins where it is made', async () => {
  const tree = new PublishedTree();
  tree.change('create a');
  const events = tree.subscribe();
  tree.change('create b');
  expect(await taken(events, 1)).toEqual(['2 create b']);
});

test('counts what is published although nobody listens', async () => {
  const tree = new PublishedTree();
  tree.change('create a', 'create b');
  expect(tree.broadcast.number().sequence).toBe(3);
});

test('of a hundred subscribers one that never reads delays none of the others', async () => {
  const tree = new PublishedTree();
  const silent = tree.subscribe({ capacity: 2 });
  const subscriptions = Array.from({ length: 99 }, () => tree.subscribe({ capacity: 2 }));
  expect(tree.broadcast.size).toBe(100);
  const seen = await Promise.all(
    subscriptions.map(async (events) => {
      const sequences: number[] = [];
      for (let round = 0; round < 50; round++) {
        const next = events.next();
        // The last of them to wait publishes for all.
        if (events === subscriptions.at(-1)) tree.change(round % 2 === 0 ? 'create a' : 'remove a');
        sequences.push((await next).value?.sequence ?? 0);
      }
      return [sequences, events.dropped] as const;
    }),
  );
  const all = Array.from({ length: 50 }, (_, index) => index + 1);
  for (const [sequences, dropped] of seen) expect([sequences, dropped]).toEqual([all, 0]);
  expect(silent.dropped).toBe(48);
});

test('a subscription that ends while others are served is left out', async () => {
  const tree = new PublishedTree();
  const failing = tree.subscribe({ capacity: 1, overflow: 'fail' });
  const events = tree.subscribe();
  tree.change('create a', 'create b', 'create c');
  expect([failing.isClosed, tree.broadcast.size]).toEqual([true, 1]);
  expect(await taken(events, 3)).toEqual(['1 create a', '2 create b', '3 create c']);
});

test('the end is the end of all subscriptions, and of those that come later', async () => {
  const tree = new PublishedTree();
  const events = [tree.subscribe(), tree.subscribe()];
  const waiting = events.map((each) => each.next());
  tree.broadcast.end();
  tree.broadcast.end();
  expect(await Promise.all(waiting)).toEqual(waiting.map(() => ({ done: true, value: undefined })));
  expect(tree.broadcast.size).toBe(0);
  tree.change('create a');
  expect(await taken(tree.subscribe(), 1)).toEqual(['done']);
  expect(tree.broadcast.size).toBe(0);
});

test('what tells of the watching itself is passed on as it is', async () => {
  const tree = new PublishedTree();
  const events = tree.subscribe({ ignoredOrigins: new Set(['x']) });
  const reason = { code: 'PLOKE_WATCH_POLLING', message: 'slow' };
  tree.publish({ type: 'degraded', root: '/r', reason });
  const expected: Partial<FileEvent> = { type: 'degraded', root: '/r', reason, sequence: 1 };
  expect((await events.next()).value).toMatchObject(expected);
});
