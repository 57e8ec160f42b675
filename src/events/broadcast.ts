import type { FileEvent } from '../types.js';
import type { FileEventBody } from './file-event.js';
import { Subscription, type SubscriptionOptions } from './subscription.js';

export type SubscribeOptions = Omit<SubscriptionOptions, 'number' | 'onClosed'>;

/** The subscriptions of one workspace, and the order of its events. */
export class Broadcast {
  readonly #subscriptions = new Set<Subscription>();
  #sequence = 0;
  #isEnded = false;

  /** Subscriptions that get what is published. */
  get size(): number {
    return this.#subscriptions.size;
  }

  /** The next place in the order of events. */
  number(): { sequence: number; at: number } {
    return { sequence: ++this.#sequence, at: Date.now() };
  }

  /** Every subscription gets the same object; none of them runs code of its consumer now. */
  publish(body: FileEventBody): void {
    if (this.#isEnded) return;
    const event: FileEvent = { ...body, ...this.number() };
    for (const subscription of this.#subscriptions) subscription.push(event);
  }

  /** After `end`: one that is over. */
  subscribe(options: SubscribeOptions): Subscription {
    const subscription = new Subscription({
      ...options,
      number: () => this.number(),
      onClosed: (closed) => this.#subscriptions.delete(closed),
    });
    if (this.#isEnded) subscription.end();
    // One whose signal is aborted already is over before it began.
    if (!subscription.isClosed) this.#subscriptions.add(subscription);
    return subscription;
  }

  /** Ends every subscription: what waits in them may still be taken. Idempotent. */
  end(): void {
    this.#isEnded = true;
    for (const subscription of this.#subscriptions) subscription.end();
  }
}
