import { internalError } from '../errors/make.js';
import { type QueueKeys, QueueTicket } from './queue-ticket.js';

export type { QueueKeys } from './queue-ticket.js';

interface Ticket {
  /**
   * Says which files the call is about, once that is known: keys of `identifyBatch`, or 'everything'. Once only; after
   * `leave` it does nothing. Until a mutation is identified, no later ticket is admitted.
   */
  identify(keys: QueueKeys): void;
  /**
   * Resolves when the ticket's turn has come.
   *
   * @throws ABORT_ERR when the signal is aborted first; the ticket stays in line until `leave`
   */
  admitted(signal?: AbortSignal, operation?: string): Promise<void>;
  /** The call is over, or was given up; idempotent, at any time. Belongs into a `finally`. */
  leave(): void;
}
/** 'everything' makes it a barrier: renames and removals of directories, which change what other keys mean. */
export interface MutationTicket extends Ticket {
  readonly kind: 'mutation';
  /**
   * @param shared keys that mutations hold together: those that hold one shared do not wait for each other, but every other
   * one waits for them, and they for it. Directories that several calls make where they are missing
   */
  identify(keys: QueueKeys, shared?: readonly string[]): void;
}
/** 'everything' waits for every earlier mutation, and holds nobody up. */
export interface ReadTicket extends Ticket {
  readonly kind: 'read';
}

/**
 * The order of the calls on each file, within one JavaScript thread. A ticket is taken synchronously when a call is made,
 * before anything is awaited, and is sequenced when all earlier mutations are identified or gone. Then:
 *
 * - a mutation, and a read, wait for the earlier mutations that have a key of theirs (a mutation also for those that hold
 *   one of its keys shared with each other);
 * - a barrier waits for all earlier mutations, and all later tickets wait for it;
 * - nobody waits for a read: it returns one version of a file whole, whatever replaces the file meanwhile.
 *
 * So each file sees its mutations in call order, and no two calls wait for each other: a ticket waits for earlier ones
 * only. A ticket costs as many steps as it has keys; a barrier, and a read of everything, one for each mutation since the
 * last barrier.
 */
export class PathQueue {
  #nextSequence = 0;
  /** Tickets that are not sequenced yet, in call order. */
  #first: QueueTicket | undefined;
  #last: QueueTicket | undefined;
  /** The last mutation of each key. */
  readonly #tails = new Map<string, QueueTicket>();
  /** The mutations that hold a key shared, since its last one that held it alone. */
  readonly #sharers = new Map<string, Set<QueueTicket>>();
  /** The last sequenced mutation that is not over; the others hang on it. */
  #newestActive: QueueTicket | undefined;
  #lastBarrier: QueueTicket | undefined;
  #mutations = 0;

  /** Whether any mutation is under way: where there is none, a read needs no ticket. */
  get hasMutations(): boolean {
    return this.#mutations > 0;
  }

  /** Keys that are remembered, 0 when nothing is under way. */
  get keyCount(): number {
    return this.#tails.size + this.#sharers.size;
  }

  enterMutation(): MutationTicket {
    this.#mutations++;
    return this.#enter('mutation') as MutationTicket;
  }

  enterRead(): ReadTicket {
    return this.#enter('read') as ReadTicket;
  }

  #enter(kind: 'mutation' | 'read'): Ticket & { readonly kind: 'mutation' | 'read' } {
    const ticket = new QueueTicket(kind, this.#nextSequence++);
    if (this.#last) this.#last.nextInLine = ticket;
    else this.#first = ticket;
    this.#last = ticket;
    this.#advance();
    return {
      kind,
      identify: (keys: QueueKeys, shared: readonly string[] = []) => this.#identify(ticket, keys, shared),
      admitted: (signal, operation) => ticket.admitted(signal, operation),
      leave: () => this.#leave(ticket),
    };
  }

  #identify(ticket: QueueTicket, keys: QueueKeys, shared: readonly string[]): void {
    if (ticket.left) return;
    if (ticket.keys !== undefined) throw internalError('pathQueue', 'a ticket was identified twice');
    // A key that stands there twice would make the ticket wait for itself.
    const own = keys === 'everything' ? undefined : new Set(keys);
    ticket.keys = own ? [...own] : 'everything';
    if (own && shared.length > 0) ticket.sharedKeys = [...new Set(shared)].filter((key) => !own.has(key));
    if (ticket.reached) this.#sequenceRead(ticket, ticket.keys);
    else this.#advance();
  }

  #leave(ticket: QueueTicket): void {
    if (ticket.left) return;
    ticket.leave();
    if (!ticket.sequenced) this.#advance();
    else if (ticket.pending === 0) this.#finish(ticket);
    // Else it was given up in line: it is over when what it waited for is over, so that later ones do not overtake that.
  }

  /** Sequences tickets from the head of the line, as far as an unidentified mutation. */
  #advance(): void {
    while (this.#first) {
      const ticket = this.#first;
      if (!ticket.left && ticket.kind === 'mutation' && ticket.keys === undefined) return;
      this.#first = ticket.nextInLine;
      if (!this.#first) this.#last = undefined;
      ticket.nextInLine = undefined;
      if (ticket.left) {
        if (ticket.kind === 'mutation') this.#mutations--;
      } else if (ticket.kind === 'read') {
        // All earlier mutations are identified. Which of them matter is looked up when the read is identified too.
        ticket.reached = true;
        ticket.barrier = this.#lastBarrier;
        if (ticket.keys !== undefined) this.#sequenceRead(ticket, ticket.keys);
      } else if (ticket.keys !== undefined) {
        this.#sequenceMutation(ticket, ticket.keys);
      }
    }
  }

  #sequenceMutation(ticket: QueueTicket, keys: QueueKeys): void {
    if (keys === 'everything') {
      this.#waitForAll(ticket);
      this.#lastBarrier = ticket;
    } else {
      ticket.waitFor(this.#lastBarrier);
      for (const key of keys) {
        const tail = this.#tails.get(key);
        ticket.waitFor(tail);
        if (tail) {
          ticket.previousOfKey ??= new Map();
          ticket.previousOfKey.set(key, tail);
        }
        this.#tails.set(key, ticket);
        for (const sharer of this.#sharers.get(key) ?? []) ticket.waitFor(sharer);
        // Whoever waits for this ticket waits for them.
        this.#sharers.delete(key);
      }
      for (const key of ticket.sharedKeys) this.#share(ticket, key);
    }
    ticket.olderActive = this.#newestActive;
    if (this.#newestActive) this.#newestActive.newerActive = ticket;
    this.#newestActive = ticket;
    ticket.markSequenced();
  }

  #share(ticket: QueueTicket, key: string): void {
    ticket.waitFor(this.#tails.get(key));
    const sharers = this.#sharers.get(key);
    if (sharers) sharers.add(ticket);
    else this.#sharers.set(key, new Set([ticket]));
  }

  #sequenceRead(ticket: QueueTicket, keys: QueueKeys): void {
    if (keys === 'everything') this.#waitForAll(ticket);
    else {
      ticket.waitFor(ticket.barrier);
      for (const key of keys) {
        let mutation = this.#tails.get(key);
        // Mutations that came after the read may stand there already, when it was identified late.
        while (mutation && mutation.sequence > ticket.sequence) mutation = mutation.previousOfKey?.get(key);
        ticket.waitFor(mutation);
      }
    }
    ticket.barrier = undefined;
    ticket.markSequenced();
  }

  /** For all earlier mutations: a barrier among them stands for those before it. */
  #waitForAll(ticket: QueueTicket): void {
    for (let mutation = this.#newestActive; mutation; mutation = mutation.olderActive) {
      if (mutation.sequence > ticket.sequence) continue;
      ticket.waitFor(mutation);
      if (mutation.keys === 'everything') return;
    }
  }

  /** A ticket that was left and waits for nothing is over, and so may be those that waited for it. */
  #finish(ticket: QueueTicket): void {
    // A list, not recursion: ten thousand tickets given up in line may all end here at once.
    const over = [ticket];
    for (let next = over.pop(); next; next = over.pop()) {
      if (next.kind === 'mutation') this.#forget(next, next.keys ?? []);
      for (const dependent of next.takeDependents()) {
        if (dependent.settleOne()) over.push(dependent);
      }
    }
  }

  #forget(mutation: QueueTicket, keys: QueueKeys): void {
    this.#mutations--;
    if (this.#lastBarrier === mutation) this.#lastBarrier = undefined;
    if (mutation.newerActive) mutation.newerActive.olderActive = mutation.olderActive;
    else this.#newestActive = mutation.olderActive;
    if (mutation.olderActive) mutation.olderActive.newerActive = mutation.newerActive;
    mutation.olderActive = undefined;
    mutation.newerActive = undefined;
    mutation.previousOfKey = undefined;
    if (keys === 'everything') return;
    for (const key of keys) {
      if (this.#tails.get(key) === mutation) this.#tails.delete(key);
    }
    for (const key of mutation.sharedKeys) {
      const sharers = this.#sharers.get(key);
      if (sharers?.delete(mutation) && sharers.size === 0) this.#sharers.delete(key);
    }
  }
}

/** The queue of this thread. Other threads count as other processes. */
export const pathQueue = new PathQueue();
