import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Gate, type GateTicket } from '../../../src/concurrency/gate.js';

/** Promises that are settled have told it after a turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('hands out at once what is free', async () => {
  const gate = new Gate(3);
  const one = await gate.acquire(1, undefined, 'stat');
  const two = await gate.acquire(2, undefined, 'stat');
  expect([one.count, two.count, gate.inUse, gate.waiting]).toEqual([1, 2, 3, 0]);
});

test('a request that does not fit waits until enough is given back', async () => {
  const gate = new Gate(3);
  const held = [
    await gate.acquire(1, undefined, 'stat'),
    await gate.acquire(1, undefined, 'stat'),
    await gate.acquire(1, undefined, 'stat'),
  ];
  const order: string[] = [];
  const waiting = gate.acquire(2, undefined, 'stat').then(() => order.push('admitted'));
  held[0]?.release();
  await turn();
  expect([order, gate.waiting]).toEqual([[], 1]);
  held[1]?.release();
  await waiting;
  expect([order, gate.inUse]).toEqual([['admitted'], 3]);
});

test('a small request does not overtake a big one', async () => {
  const gate = new Gate(4);
  const held = await gate.acquire(3, undefined, 'stat');
  const order: string[] = [];
  const big = gate.acquire(4, undefined, 'stat').then((ticket) => {
    order.push('big');
    ticket.release();
  });
  // It would fit into the permit that is free.
  const small = gate.acquire(1, undefined, 'stat').then(() => order.push('small'));
  await turn();
  expect([order, gate.inUse]).toEqual([[], 3]);
  held.release();
  await Promise.all([big, small]);
  expect(order).toEqual(['big', 'small']);
});

test.each([
  [0, 1],
  [-5, 1],
  [Number.NaN, 1],
  [2.9, 2],
  [99, 4],
  [Number.POSITIVE_INFINITY, 4],
])('a request for %d of 4 gets %d', async (count, granted) => {
  expect((await new Gate(4).acquire(count, undefined, 'stat')).count).toBe(granted);
});

test('a ticket that is released twice gives back once', async () => {
  const gate = new Gate(2);
  const ticket = await gate.acquire(1, undefined, 'stat');
  await gate.acquire(1, undefined, 'stat');
  ticket.release();
  ticket.release();
  expect(gate.inUse).toBe(1);
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'a gate of %d permits would hang, and is a bug',
  (permits) => {
    expect(() => new Gate(permits)).toThrow(expect.objectContaining({ code: 'ERR_PLOKE_INTERNAL' }));
  },
);

describe('abort', () => {
  test('a request that waits is refused, and those behind it move up', async () => {
    const gate = new Gate(2);
    await gate.acquire(1, undefined, 'stat');
    const controller = new AbortController();
    const big = gate.acquire(2, controller.signal, 'readFiles');
    const small = gate.acquire(1, undefined, 'stat');
    controller.abort(new Error('mine'));
    await expect(big).rejects.toMatchObject({ code: 'ABORT_ERR', operation: 'readFiles', cause: { message: 'mine' } });
    await small;
    expect([gate.inUse, gate.waiting]).toEqual([2, 0]);
  });

  test('an aborted signal gets nothing, even where permits are free', async () => {
    const gate = new Gate(2);
    await expect(gate.acquire(1, AbortSignal.abort(), 'stat')).rejects.toMatchObject({ code: 'ABORT_ERR' });
    expect(gate.inUse).toBe(0);
  });

  test('a signal that outlives its request keeps no listener', async () => {
    const gate = new Gate(1);
    const { signal } = new AbortController();
    const held = await gate.acquire(1, signal, 'stat');
    const next = gate.acquire(1, signal, 'stat');
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    held.release();
    await next;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('ten thousand requests of one signal are refused together', async () => {
    const gate = new Gate(1);
    const held = await gate.acquire(1, undefined, 'stat');
    const controller = new AbortController();
    const waiting = Array.from({ length: 10_000 }, () => gate.acquire(1, controller.signal, 'stat'));
    controller.abort();
    const settled = await Promise.allSettled(waiting);
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
    held.release();
    expect([gate.inUse, gate.waiting]).toEqual([0, 0]);
  });
});

test('a full queue is ERR_PLOKE_BUSY, which is retryable', async () => {
  const gate = new Gate(1, { maxQueue: 2 });
  const held = await gate.acquire(1, undefined, 'stat');
  const waiting = [gate.acquire(1, undefined, 'stat'), gate.acquire(1, undefined, 'stat')];
  await expect(gate.acquire(1, undefined, 'stat')).rejects.toMatchObject({
    code: 'ERR_PLOKE_BUSY',
    retryable: true,
    operation: 'stat',
    details: { waiting: 2 },
  });
  held.release();
  (await waiting[0])?.release();
  (await waiting[1])?.release();
  expect((await gate.acquire(1, undefined, 'stat')).count).toBe(1);
});

test('close refuses those that wait and those that come, and leaves permits good', async () => {
  const gate = new Gate(1);
  const held = await gate.acquire(1, undefined, 'stat');
  const waiting = gate.acquire(1, undefined, 'stat');
  gate.close();
  gate.close();
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_PLOKE_CLOSED', operation: 'stat' });
  await expect(gate.acquire(1, undefined, 'stat')).rejects.toMatchObject({ code: 'ERR_PLOKE_CLOSED' });
  held.release();
  expect(gate.inUse).toBe(0);
});

test.each(['resolves', 'rejects', 'throws'])('run gives the permits back when the work %s', async (how) => {
  const gate = new Gate(2);
  const work = ({ count }: GateTicket) => {
    expect([count, gate.inUse]).toEqual([2, 2]);
    if (how === 'throws') throw new Error('mine');
    return how === 'rejects' ? Promise.reject(new Error('mine')) : Promise.resolve('done');
  };
  const ran = gate.run(2, undefined, work, 'stat');
  if (how === 'resolves') expect(await ran).toBe('done');
  else await expect(ran).rejects.toThrow('mine');
  expect(gate.inUse).toBe(0);
});

test('tells how long a request waited, and nothing of those that did not', async () => {
  const waits: number[] = [];
  const gate = new Gate(1, { onWaited: (waitedMs) => waits.push(waitedMs) });
  const held = await gate.acquire(1, undefined, 'stat');
  const next = gate.acquire(1, undefined, 'stat');
  expect(waits).toEqual([]);
  held.release();
  await next;
  expect(waits).toHaveLength(1);
  expect(waits[0]).toBeGreaterThanOrEqual(0);
});

test('agrees with a plain queue, whatever is asked, given back and aborted', async () => {
  const command = fc.oneof(
    fc.record({ do: fc.constant('acquire' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ do: fc.constant('release' as const), which: fc.nat(20) }),
    fc.record({ do: fc.constant('abort' as const), which: fc.nat(20) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(command, { maxLength: 40 }),
      async (permits, commands) => {
        const gate = new Gate(permits);
        const requests: { count: number; state: string; ticket?: GateTicket; controller: AbortController }[] = [];
        const model: { count: number; state: 'waiting' | 'held' | 'gone' }[] = [];
        const inUse = (): number => model.reduce((sum, { count, state }) => sum + (state === 'held' ? count : 0), 0);
        const admit = (): void => {
          for (const request of model) {
            if (request.state !== 'waiting') continue;
            if (inUse() + request.count > permits) return;
            request.state = 'held';
          }
        };
        for (const next of commands) {
          if (next.do === 'acquire') {
            const request: (typeof requests)[number] = {
              count: next.count,
              state: 'waiting',
              controller: new AbortController(),
            };
            requests.push(request);
            model.push({ count: Math.min(next.count, permits), state: 'waiting' });
            gate.acquire(next.count, request.controller.signal, 'stat').then(
              (ticket) => Object.assign(request, { ticket, state: 'held' }),
              () => Object.assign(request, { state: 'gone' }),
            );
          } else {
            const index = requests.length === 0 ? 0 : next.which % requests.length;
            const [request, expected] = [requests[index], model[index]];
            if (next.do === 'release' && request?.ticket && expected) {
              request.ticket.release();
              Object.assign(request, { state: 'gone' });
              expected.state = 'gone';
            } else if (next.do === 'abort') {
              request?.controller.abort();
              if (expected?.state === 'waiting') expected.state = 'gone';
            }
          }
          admit();
          await turn();
          expect(requests.map(({ state }) => state)).toEqual(model.map(({ state }) => state));
          expect(gate.inUse).toBe(inUse());
          expect(gate.waiting).toBe(model.filter(({ state }) => state === 'waiting').length);
        }
      },
    ),
    { numRuns: 200 },
  );
});
