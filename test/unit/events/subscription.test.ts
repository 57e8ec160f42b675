import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { brief, PublishedTree, taken } from '../../support/subscribed.js';

/** Promises that are settled have told it after a turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const aborted = { code: 'ABORT_ERR', name: 'AbortError', operation: 'events' };

describe('taking events', () => {
  test('gives what is queued in the order in which it was published', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe();
    tree.change('create a', 'update a', 'rename a b', 'remove b');
    expect(await taken(events, 4)).toEqual(['1 create a', '2 update a', '3 rename a b', '4 remove b']);
  });

  test('waits for an event when none is queued', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe();
    const next = taken(events, 1);
    tree.change('create a');
    expect(await next).toEqual(['1 create a']);
  });

  test('answers calls that wait together in their order', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe();
    tree.change('create a');
    const order: string[] = [];
    const calls = ['first', 'second', 'third'].map(async (call) => {
      const { value } = await events.next();
      order.push(`${call}: ${value ? brief(value) : 'done'}`);
    });
    tree.change('create b', 'create c', 'create d');
    await Promise.all(calls);
    expect(order).toEqual(['first: 1 create a', 'second: 2 create b', 'third: 3 create c']);
    expect(await taken(events, 1)).toEqual(['4 create d']);
  });

  test('runs no code of the consumer while an event is published', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe();
    const order: string[] = [];
    const next = events.next().then(() => order.push('consumed'));
    tree.change('create a');
    order.push('published');
    await next;
    expect(order).toEqual(['published', 'consumed']);
  });

  test('is read by for await, and closed when that is left', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe();
    tree.change('create a', 'create b', 'create c');
    const seen: string[] = [];
    for await (const event of events) {
      seen.push(brief(event));
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['1 create a', '2 create b']);
    expect(await taken(events, 1)).toEqual(['done']);
    expect(tree.broadcast.size).toBe(0);
  });

  test('passes over changes with an ignored origin, and over nothing else', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ ignoredOrigins: new Set(['x', 'y']) });
    tree.change('create a !x', 'create b', 'create c !z', 'remove a !y');
    tree.publish({ type: 'rescanned' });
    expect(await taken(events, 3)).toEqual(['2 create b', '3 create c', '5 rescanned']);
  });

  test('holds the process while at least one call waits', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe();
    tree.change('create a');
    await events.next();
    expect(tree.holds).toEqual([]);
    const waiting = [events.next(), events.next()];
    expect(tree.holds).toEqual(['hold']);
    tree.change('create b');
    expect(tree.holds).toEqual(['hold']);
    tree.change('create c');
    expect(tree.holds).toEqual(['hold', 'release']);
    await Promise.all(waiting);
    const last = events.next();
    await events.return();
    await last;
    expect(tree.holds).toEqual(['hold', 'release', 'hold', 'release']);
  });
});

describe('return', () => {
  test('ends calls that wait, and drops what is queued', async () => {
    const tree = new PublishedTree();
    const waiting = tree.subscribe();
    const calls = [waiting.next(), waiting.next()];
    const done = { done: true, value: undefined };
    expect(await waiting.return()).toEqual(done);
    expect(await Promise.all(calls)).toEqual([done, done]);

    const queued = tree.subscribe();
    tree.change('create a');
    await queued.return();
    expect(await queued.next()).toEqual(done);
    expect(tree.broadcast.size).toBe(0);
    tree.change('create b');
    expect(await queued.next()).toEqual(done);
  });

  test('is what await using does', async () => {
    const tree = new PublishedTree();
    {
      await using events = tree.subscribe();
      expect([events.isClosed, tree.broadcast.size]).toEqual([false, 1]);
    }
    expect(tree.broadcast.size).toBe(0);
  });

  test('leaves no listener on the signal, and an abort after it is not told', async () => {
    const tree = new PublishedTree();
    const controller = new AbortController();
    const events = tree.subscribe({ signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    await events.return();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    controller.abort();
    expect(await taken(events, 1)).toEqual(['done']);
  });
});

describe('an abort', () => {
  test('rejects the first call that waits and ends the others', async () => {
    const tree = new PublishedTree();
    const controller = new AbortController();
    const events = tree.subscribe({ signal: controller.signal });
    const calls = Promise.allSettled([events.next(), events.next()]);
    const reason = new Error('enough');
    controller.abort(reason);
    const [first, second] = await calls;
    expect(first).toMatchObject({ status: 'rejected', reason: { ...aborted, cause: reason } });
    expect(second).toEqual({ status: 'fulfilled', value: { done: true, value: undefined } });
    expect(await taken(events, 1)).toEqual(['done']);
    expect([tree.broadcast.size, tree.holds]).toEqual([0, ['hold', 'release']]);
  });

  test('rejects the next call once, in place of what is queued', async () => {
    const tree = new PublishedTree();
    const controller = new AbortController();
    const events = tree.subscribe({ signal: controller.signal });
    tree.change('create a');
    controller.abort();
    await expect(events.next()).rejects.toMatchObject(aborted);
    expect(await taken(events, 1)).toEqual(['done']);
  });

  test('before the subscription rejects its first call', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ signal: AbortSignal.abort() });
    expect(tree.broadcast.size).toBe(0);
    tree.change('create a');
    await expect(events.next()).rejects.toMatchObject(aborted);
    expect(await taken(events, 1)).toEqual(['done']);
  });

  test('is not told after return', async () => {
    const events = new PublishedTree().subscribe({ signal: AbortSignal.abort() });
    await events.return();
    expect(await taken(events, 1)).toEqual(['done']);
  });

  test('after the end takes what was left in the queue', async () => {
    const tree = new PublishedTree();
    const controller = new AbortController();
    const events = tree.subscribe({ signal: controller.signal });
    tree.change('create a', 'create b');
    tree.broadcast.end();
    expect(await taken(events, 1)).toEqual(['1 create a']);
    controller.abort();
    await expect(events.next()).rejects.toMatchObject(aborted);
    expect(await taken(events, 1)).toEqual(['done']);
  });
});

describe('the end', () => {
  test('leaves what is queued to be taken, and nothing after it', async () => {
    const tree = new PublishedTree();
    const controller = new AbortController();
    const events = tree.subscribe({ signal: controller.signal });
    tree.change('create a', 'create b');
    tree.broadcast.end();
    tree.change('create c');
    expect(await taken(events, 3)).toEqual(['1 create a', '2 create b', 'done']);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  test('ends calls that wait, and leaves no listener where nothing is queued', async () => {
    const tree = new PublishedTree();
    const controller = new AbortController();
    const events = tree.subscribe({ signal: controller.signal });
    const next = taken(events, 1);
    tree.broadcast.end();
    expect(await next).toEqual(['done']);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(tree.holds).toEqual(['hold', 'release']);
  });

  test('tells how many were dropped, but not of what is missed', async () => {
    const tree = new PublishedTree();
    const events = tree.subscribe({ capacity: 1 });
    tree.change('create a', 'create b');
    tree.broadcast.end();
    expect(await taken(events, 3)).toEqual(['1 overflow 1', '2 create b', 'done']);
    await turn();
    expect(events.dropped).toBe(1);
  });
});
