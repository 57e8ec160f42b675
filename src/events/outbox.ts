import { hostSpelling } from '../platform/path-spelling.js';
import type { Broadcast } from './broadcast.js';
import { coalesce } from './coalesce.js';
import type { EntryChange } from './entry-change.js';
import { toEventBody } from './file-event.js';

/**
 * Changes on their way to the subscribers. Those of others are collected for a while and merged; those of this library's
 * own calls go at once, after whatever is collected about the same path.
 */
export class Outbox {
  readonly #broadcast: Broadcast;
  readonly #debounceMs: number;
  readonly #due: () => void;
  #collected: EntryChange[] = [];
  readonly #paths = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** `due` is called when it is time to send what was collected. */
  constructor(broadcast: Broadcast, debounceMs: number, due: () => void) {
    this.#broadcast = broadcast;
    this.#debounceMs = debounceMs;
    this.#due = due;
  }

  collect(change: EntryChange): void {
    this.#collected.push(change);
    this.#paths.add(change.path);
    if (change.type === 'rename') this.#paths.add(change.from);
    if (this.#debounceMs > 0) this.#timer ??= setTimeout(this.#due, this.#debounceMs).unref();
  }

  /** With nothing to wait for, what one look found is sent when the look is over. */
  lookEnded(): void {
    if (this.#debounceMs === 0) this.send();
  }

  sendNow(change: EntryChange): void {
    if (this.#concerns(change)) this.send();
    this.#broadcast.publish(toEventBody(change));
  }

  /** Sends what is collected. */
  send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#collected.length === 0) return;
    const collected = this.#collected;
    this.#collected = [];
    this.#paths.clear();
    for (const change of coalesce(collected)) this.#broadcast.publish(toEventBody(change));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#collected = [];
    this.#paths.clear();
  }

  #concerns(change: EntryChange): boolean {
    if (this.#paths.size === 0) return false;
    // What is below a directory is not looked for: they change seldom.
    if (change.entryType === 'directory') return true;
    return this.#hasOnTheWay(change.path) || (change.type === 'rename' && this.#hasOnTheWay(change.from));
  }

  #hasOnTheWay(path: string): boolean {
    for (let end = path.length; end > 0; end = path.lastIndexOf(hostSpelling.separator, end - 1)) {
      if (this.#paths.has(path.slice(0, end))) return true;
    }
    return false;
  }
}
