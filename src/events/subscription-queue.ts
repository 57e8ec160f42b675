import type { FileEvent } from '../types.js';
import { Fifo } from './fifo.js';
import { type ChangeEvent, isChangeEvent } from './file-event.js';

type Overflow = Extract<FileEvent, { type: 'overflow' }>;

/** An `overflow` event whose count still grows. */
interface Marker {
  readonly sequence: number;
  readonly at: number;
  dropped: number;
}

/**
 * What waits for one subscriber. Only events of changes count and are dropped: what they told of can be told again, whereas
 * what tells of the watching itself would be lost. Where some were dropped, one `overflow` event says how many. It has the
 * number of the first of them, so that numbers rise for this subscriber too.
 */
export class SubscriptionQueue {
  readonly #capacity: number;
  /** What stands before everything in `#events`: what the dropping of the oldest has passed over, and its marker. */
  readonly #passed = new Fifo<FileEvent | Marker>();
  readonly #events = new Fifo<FileEvent | Marker>();
  /** Of what is dropped next, while nothing has come between. */
  #marker: Marker | undefined;
  #changes = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get isEmpty(): boolean {
    return this.#passed.size === 0 && this.#events.size === 0;
  }

  get isFull(): boolean {
    return this.#changes >= this.#capacity;
  }

  push(event: FileEvent): void {
    if (isChangeEvent(event)) this.#changes++;
    this.#events.push(event);
  }

  /** Drops the change that waits longest. */
  dropOldest(): ChangeEvent | undefined {
    for (let item = this.#events.shift(); item; item = this.#events.shift()) {
      if (!isMarker(item) && isChangeEvent(item)) {
        this.#changes--;
        if (this.#marker) this.#marker.dropped++;
        else this.#passed.push(this.#mark(item));
        return item;
      }
      this.#passed.push(item);
    }
    return undefined;
  }

  /** Marks the place of a change that is dropped instead of being pushed. */
  dropNewest(event: ChangeEvent): void {
    if (this.#marker && this.#events.last === this.#marker) this.#marker.dropped++;
    else this.#events.push(this.#mark(event));
  }

  shift(): FileEvent | undefined {
    const item = this.#passed.shift() ?? this.#events.shift();
    if (!item) return undefined;
    if (isMarker(item)) {
      if (item === this.#marker) this.#marker = undefined;
      const { sequence, at, dropped } = item;
      return { type: 'overflow', source: 'queue', dropped, sequence, at } satisfies Overflow;
    }
    if (isChangeEvent(item)) this.#changes--;
    return item;
  }

  clear(): void {
    this.#passed.clear();
    this.#events.clear();
    this.#marker = undefined;
    this.#changes = 0;
  }

  #mark({ sequence, at }: ChangeEvent): Marker {
    this.#marker = { sequence, at, dropped: 1 };
    return this.#marker;
  }
}

function isMarker(item: FileEvent | Marker): item is Marker {
  return !('type' in item);
}
