import { Broadcast, type SubscribeOptions } from '../../src/events/broadcast.js';
import type { FileEventBody } from '../../src/events/file-event.js';
import { toEventBody } from '../../src/events/file-event.js';
import type { Subscription } from '../../src/events/subscription.js';
import type { FileEvent } from '../../src/types.js';
import { listingView } from './listing-view.js';
import { apply, type ListedEntry } from './replay.js';
import { changeOf } from './spelt-changes.js';

/** A broadcast with a tree below `/r` that shows what was published. */
export class PublishedTree {
  readonly broadcast = new Broadcast();
  readonly entries = new Map<string, ListedEntry>();
  readonly holds: string[] = [];

  subscribe(options: Partial<SubscribeOptions> = {}): Subscription {
    return this.broadcast.subscribe({
      capacity: 100,
      overflow: 'drop-oldest',
      ignoredOrigins: new Set(),
      view: listingView('/r', () => this.entries),
      keepAlive: { hold: () => this.holds.push('hold'), release: () => this.holds.push('release') },
      ...options,
    });
  }

  /** Changes as `spelt-changes` has them. */
  change(...changes: readonly string[]): void {
    for (const change of changes) {
      const body = toEventBody(changeOf(change));
      apply(this.entries, body);
      this.broadcast.publish(body);
    }
  }

  publish(body: FileEventBody): void {
    this.broadcast.publish(body);
  }
}

/** An event as a short text: its number, its type and its name below `/r`; of an overflow how many it dropped. */
export function brief(event: FileEvent): string {
  const number = `${event.sequence}`;
  switch (event.type) {
    case 'overflow':
      return `${number} overflow ${event.dropped}`;
    case 'rescanned':
      return `${number} rescanned`;
    case 'degraded':
    case 'root-lost':
      return `${number} ${event.type}`;
    case 'rename':
      return `${number} rename ${event.from.slice(3)} ${event.path.slice(3)}`;
    default:
      return `${number} ${event.type} ${event.path.slice(3)}`;
  }
}

/** The next events, as many as are given. */
export async function taken(events: Subscription, count: number): Promise<string[]> {
  const texts: string[] = [];
  for (let index = 0; index < count; index++) {
    const { value } = await events.next();
    texts.push(value ? brief(value) : 'done');
  }
  return texts;
}
