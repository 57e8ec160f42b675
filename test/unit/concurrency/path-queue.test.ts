import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type MutationTicket,
  PathQueue,
  type QueueKeys,
  type ReadTicket,
} from '../../../src/concurrency/path-queue.js';

/** Promises that are settled have told it after a turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let queue = new PathQueue();
let admitted: string[] = [];
beforeEach(() => {
  queue = new PathQueue();
  admitted = [];
});

type Ticket = MutationTicket | ReadTicket;
function watch(name: string, ticket: Ticket): Ticket {
  ticket.admitted().then(
    () => admitted.push(name),
    () => {},
  );
  return ticket;
}
const mutation = (name: string, keys?: QueueKeys): Ticket => {
  const ticket = watch(name, queue.enterMutation());
  if (keys) ticket.identify(keys);
  return ticket;
};
const read = (name: string, keys?: QueueKeys): Ticket => {
  const ticket = watch(name, queue.enterRead());
  if (keys) ticket.identify(keys);
  return ticket;
};
function unwatched(keys: QueueKeys): Ticket {
  const ticket = queue.enterMutation();
  ticket.identify(keys);
  return ticket;
}
async function admissions(): Promise<readonly string[]> {
  await turn();
  return admitted;
}

test('those that share a key run together, after the one before them and before the one behind them', async () => {
  const shared = (name: string, key: string) => {
    const ticket = queue.enterMutation();
    watch(name, ticket);
    ticket.identify([`${key}/${name}`], [key]);
    return ticket;
  };
  const before = mutation('before', ['d']);
  const first = shared('first', 'd');
  const second = shared('second', 'd');
  const behind = mutation('behind', ['d']);
  const last = shared('last', 'd');
  expect(await admissions()).toEqual(['before']);
  before.leave();
  expect(await admissions()).toEqual(['before', 'first', 'second']);
  second.leave();
  expect(await admissions()).toEqual(['before', 'first', 'second']);
  first.leave();
  expect(await admissions()).toEqual(['before', 'first', 'second', 'behind']);
  behind.leave();
  last.leave();
  expect(queue.keyCount).toBe(0);
  expect(queue.hasMutations).toBe(false);
});

test('mutations of different files run together, those of one file in call order', async () => {
  const first = mutation('first a', ['a']);
  mutation('b', ['b']);
  const second = mutation('second a', ['a']);
  mutation('third a', ['a']);
  expect(await admissions()).toEqual(['first a', 'b']);
  first.leave();
  expect(await admissions()).toEqual(['first a', 'b', 'second a']);
  second.leave();
  expect(await admissions()).toEqual(['first a', 'b', 'second a', 'third a']);
});

test('a mutation that is over does not take its key from the one behind it', async () => {
  const first = mutation('first', ['a']);
  mutation('second', ['a']);
  first.leave();
  mutation('third', ['a']);
  expect(await admissions()).toEqual(['first', 'second']);
});

test('a read waits for the earlier mutation of its file, and holds nobody up', async () => {
  const write = mutation('write', ['a']);
  read('read', ['a']);
  read('other', ['b']);
  mutation('later', ['a']);
  expect(await admissions()).toEqual(['write', 'other']);
  write.leave();
  expect([...(await admissions())].sort()).toEqual(['later', 'other', 'read', 'write']);
});

test('a ticket with several keys waits for all of them', async () => {
  const a = mutation('a', ['a']);
  const b = mutation('b', ['b']);
  mutation('both', ['a', 'b', 'a']);
  a.leave();
  expect(await admissions()).toEqual(['a', 'b']);
  b.leave();
  expect(await admissions()).toEqual(['a', 'b', 'both']);
});

describe('identifying', () => {
  test('nobody is admitted while an earlier mutation is unknown', async () => {
    const unknown = mutation('unknown');
    const later = mutation('later', ['b']);
    read('read', ['c']);
    expect(await admissions()).toEqual([]);
    unknown.identify(['a']);
    expect(await admissions()).toEqual(['unknown', 'later', 'read']);
    later.leave();
  });

  test('an unknown read holds nobody up', async () => {
    const unknown = read('read');
    mutation('later', ['a']);
    expect(await admissions()).toEqual(['later']);
    unknown.identify(['b']);
    expect(await admissions()).toEqual(['later', 'read']);
  });

  test('a read that is identified late waits for earlier mutations, not for later ones', async () => {
    const earlier = mutation('earlier', ['a']);
    const late = read('read');
    mutation('later', ['a']);
    late.identify(['a']);
    expect(await admissions()).toEqual(['earlier']);
    earlier.leave();
    expect(await admissions()).toEqual(['earlier', 'later', 'read']);
  });

  test('a read that is identified late does not wait for a later barrier', async () => {
    const late = read('read');
    mutation('barrier', 'everything');
    late.identify(['a']);
    expect([...(await admissions())].sort()).toEqual(['barrier', 'read']);
  });

  test('without keys a ticket waits for barriers only', async () => {
    mutation('a', ['a']);
    mutation('none', []);
    const barrier = mutation('barrier', 'everything');
    mutation('after', []);
    expect(await admissions()).toEqual(['a', 'none']);
    barrier.leave();
    expect(await admissions()).toEqual(['a', 'none']);
  });

  test('a read of everything that is identified late does not wait for later mutations', async () => {
    const earlier = mutation('earlier', ['a']);
    const late = read('read');
    mutation('later', ['b']);
    late.identify('everything');
    earlier.leave();
    expect(await admissions()).toEqual(['earlier', 'later', 'read']);
  });

  test('twice is a bug', () => {
    const ticket = mutation('a', ['a']);
    expect(() => ticket.identify(['b'])).toThrow(expect.objectContaining({ code: 'ERR_PLOKE_INTERNAL' }));
  });
});

describe('barriers', () => {
  test('wait for all earlier mutations, and all later tickets wait for them', async () => {
    const a = mutation('a', ['a']);
    const b = mutation('b', ['b']);
    const barrier = mutation('barrier', 'everything');
    mutation('c', ['c']);
    read('read', ['d']);
    a.leave();
    expect(await admissions()).toEqual(['a', 'b']);
    b.leave();
    expect(await admissions()).toEqual(['a', 'b', 'barrier']);
    barrier.leave();
    expect(await admissions()).toEqual(['a', 'b', 'barrier', 'c', 'read']);
  });

  test('stand in line among each other', async () => {
    const first = mutation('first', 'everything');
    const second = mutation('second', 'everything');
    mutation('third', 'everything');
    expect(await admissions()).toEqual(['first']);
    first.leave();
    expect(await admissions()).toEqual(['first', 'second']);
    second.leave();
    expect(await admissions()).toEqual(['first', 'second', 'third']);
  });

  test('a read of everything waits for all earlier mutations, and is no barrier', async () => {
    const a = mutation('a', ['a']);
    read('all', 'everything');
    mutation('b', ['b']);
    expect(await admissions()).toEqual(['a', 'b']);
    a.leave();
    expect(await admissions()).toEqual(['a', 'b', 'all']);
  });
});

describe('leaving', () => {
  test('before it was identified: the others move on', async () => {
    const unknown = mutation('unknown');
    mutation('later', ['a']);
    unknown.leave();
    expect(await admissions()).toEqual(['later']);
    unknown.identify(['a']);
    expect(queue.keyCount).toBe(1);
  });

  test('in line: those behind do not overtake what it waited for', async () => {
    const first = mutation('first', ['a']);
    const second = mutation('second', ['a']);
    mutation('third', ['a']);
    second.leave();
    expect(await admissions()).toEqual(['first']);
    first.leave();
    expect(await admissions()).toEqual(['first', 'third']);
  });

  test('twice counts once', async () => {
    const first = mutation('first', ['a']);
    mutation('second', ['a']);
    mutation('third', ['a']);
    first.leave();
    first.leave();
    expect(await admissions()).toEqual(['first', 'second']);
  });

  test('a ticket cannot wait any more', async () => {
    const blocked = mutation('blocked', ['a']);
    const waiting = queue.enterMutation();
    waiting.identify(['a']);
    const wait = waiting.admitted();
    waiting.leave();
    await expect(wait).rejects.toMatchObject({ code: 'ERR_PLOKE_INTERNAL' });
    await expect(waiting.admitted()).rejects.toMatchObject({ code: 'ERR_PLOKE_INTERNAL' });
    blocked.leave();
  });

  test('ten thousand given up in line are over at once, without recursion', () => {
    const first = mutation('first', ['a']);
    for (const ticket of Array.from({ length: 10_000 }, () => unwatched(['a']))) ticket.leave();
    expect(queue.hasMutations).toBe(true);
    first.leave();
    expect([queue.hasMutations, queue.keyCount]).toEqual([false, 0]);
  });
});

describe('abort', () => {
  test('ends the wait, and the ticket stays in line until it is left', async () => {
    const first = mutation('first', ['a']);
    const controller = new AbortController();
    const second = queue.enterMutation();
    second.identify(['a']);
    const wait = second.admitted(controller.signal, 'writeFile');
    mutation('third', ['a']);
    controller.abort(new Error('mine'));
    await expect(wait).rejects.toMatchObject({ code: 'ABORT_ERR', operation: 'writeFile', cause: { message: 'mine' } });
    first.leave();
    expect(await admissions()).toEqual(['first']);
    second.leave();
    expect(await admissions()).toEqual(['first', 'third']);
  });

  test('an aborted signal is refused even when it is the ticket’s turn', async () => {
    const ticket = mutation('a', ['a']);
    await expect(ticket.admitted(AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORT_ERR' });
  });

  test('a signal that outlives its wait keeps no listener', async () => {
    const { signal } = new AbortController();
    const first = mutation('first', ['a']);
    const second = queue.enterRead();
    second.identify(['a']);
    const wait = second.admitted(signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    first.leave();
    await wait;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

test('is empty when all have left', () => {
  const tickets = [mutation('a', ['a']), mutation('b', ['a', 'b']), read('c', ['b']), mutation('d', 'everything')];
  expect([queue.hasMutations, queue.keyCount]).toEqual([true, 2]);
  for (const ticket of tickets) ticket.leave();
  expect([queue.hasMutations, queue.keyCount]).toEqual([false, 0]);
});

test('a hundred thousand mutations of one file, and as many barriers, take no time in squares', () => {
  const tickets = Array.from({ length: 100_000 }, (_, index) => unwatched(index % 2 === 0 ? ['a'] : 'everything'));
  for (const ticket of tickets) ticket.leave();
  expect([queue.hasMutations, queue.keyCount]).toEqual([false, 0]);
});

describe('against a plain model', () => {
  interface Modelled {
    readonly kind: 'mutation' | 'read';
    keys: QueueKeys | undefined;
    left: boolean;
    /** Left before it was sequenced: as if it had never been there. */
    dropped: boolean;
  }

  const share = (a: QueueKeys, b: QueueKeys): boolean =>
    a === 'everything' || b === 'everything' || a.some((key) => b.includes(key));
  const earlier = (all: readonly Modelled[], ticket: Modelled): readonly Modelled[] =>
    all.slice(0, all.indexOf(ticket)).filter(({ kind, dropped }) => kind === 'mutation' && !dropped);
  const sequenced = (all: readonly Modelled[], ticket: Modelled): boolean =>
    ticket.keys !== undefined && earlier(all, ticket).every(({ keys }) => keys !== undefined);
  const clear = (all: readonly Modelled[], ticket: Modelled): boolean =>
    earlier(all, ticket).every((other) => {
      const conflict = ticket.keys !== undefined && other.keys !== undefined && share(ticket.keys, other.keys);
      return !conflict || (other.left && clear(all, other));
    });
  const isAdmitted = (all: readonly Modelled[], ticket: Modelled): boolean =>
    !ticket.left && sequenced(all, ticket) && clear(all, ticket);

  const keys = fc.oneof(
    { weight: 5, arbitrary: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant('everything' as const) },
  );
  const command = fc.oneof(
    fc.record({
      do: fc.constantFrom('mutation' as const, 'read' as const),
      keys: fc.option(keys, { nil: undefined, freq: 8 }),
    }),
    fc.record({ do: fc.constant('identify' as const), which: fc.nat(30), keys }),
    fc.record({ do: fc.constant('leave' as const), which: fc.nat(30) }),
  );

  test('admits exactly those whose turn it is, after every step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40, size: 'max' }), async (commands) => {
        queue = new PathQueue();
        const tickets: Ticket[] = [];
        const model: Modelled[] = [];
        const seen = new Set<Ticket>();
        const expected = new Set<Ticket>();
        const step = async (): Promise<void> => {
          await turn();
          model.forEach((entry, index) => {
            const ticket = tickets[index];
            if (ticket && isAdmitted(model, entry)) expected.add(ticket);
          });
          expect(tickets.map((ticket) => seen.has(ticket))).toEqual(tickets.map((ticket) => expected.has(ticket)));
          expect(queue.hasMutations).toBe(
            model.some((entry) => entry.kind === 'mutation' && !entry.dropped && !(entry.left && clear(model, entry))),
          );
        };
        const leave = (index: number): void => {
          const [ticket, entry] = [tickets[index], model[index]];
          if (!ticket || !entry || entry.left) return;
          entry.dropped = !sequenced(model, entry);
          entry.left = true;
          ticket.leave();
        };
        for (const next of commands) {
          const index = 'which' in next && tickets.length > 0 ? next.which % tickets.length : 0;
          if (next.do === 'leave') leave(index);
          else if (next.do === 'identify') {
            const entry = model[index];
            if (entry && !entry.left && entry.keys === undefined) {
              entry.keys = next.keys;
              tickets[index]?.identify(next.keys);
            }
          } else {
            const ticket = next.do === 'mutation' ? queue.enterMutation() : queue.enterRead();
            ticket.admitted().then(
              () => seen.add(ticket),
              () => {},
            );
            if (next.keys) ticket.identify(next.keys);
            tickets.push(ticket);
            model.push({ kind: next.do, keys: next.keys, left: false, dropped: false });
          }
          await step();
        }
        for (let index = tickets.length - 1; index >= 0; index--) leave(index);
        expect([queue.hasMutations, queue.keyCount]).toEqual([false, 0]);
      }),
      { numRuns: 300 },
    );
  });
});
