import type { ChangeEventBody } from './file-event.js';
import { MissedPaths } from './missed-paths.js';
import type { TreeView, ViewedEntry } from './tree-view.js';

/**
 * What a subscriber that lost events must be told again. Not the events are kept but the paths they were about, with what
 * the subscriber believes of each: so it costs no more than there are paths, and what has changed often is told once, as it
 * is by then.
 *
 * It is told of every event of the subscriber in their order, of some that they were lost (`add`), of the others that they
 * were not (`delivered`). What holds between two of them: of a path that is not missed, and not below one whose whole
 * subtree is, the subscriber believes what is true.
 */
export class MissedChanges {
  readonly #paths: MissedPaths;

  /** @param separator of the paths in events; default the system's */
  constructor(separator?: string) {
    this.#paths = new MissedPaths(separator);
  }

  /** Paths that are missed. */
  get size(): number {
    return this.#paths.size;
  }

  /** The event was dropped. */
  add(event: ChangeEventBody): void {
    const { path, entryType } = event;
    const isDirectory = entryType === 'directory';
    switch (event.type) {
      case 'create':
        // Of a directory: what comes to be in it has events of its own.
        this.#paths.miss(path, 'no', entryType, false);
        return;
      case 'update':
        this.#paths.miss(path, 'yes', entryType, false);
        return;
      case 'remove':
        this.#paths.miss(path, 'yes', entryType, isDirectory);
        return;
      case 'rename':
        this.#paths.miss(event.from, 'yes', entryType, isDirectory);
        // It may have replaced something, of which the event does not tell.
        this.#paths.miss(path, 'perhaps', entryType, isDirectory);
    }
  }

  /** The event was not dropped: what the subscriber believes of its paths is true again. */
  delivered(event: ChangeEventBody): void {
    const { path, entryType } = event;
    switch (event.type) {
      case 'create':
      case 'update':
        this.#paths.told(path, entryType);
        return;
      case 'remove':
        this.#paths.toldGone(path);
        return;
      case 'rename': {
        // What the subscriber does not know of the directory, it does not know under the new name either.
        const isUnknown = entryType === 'directory' && this.#paths.isMissedAround(event.from);
        this.#paths.toldGone(event.from);
        this.#paths.told(path, entryType);
        if (isUnknown) this.#paths.miss(path, 'yes', entryType, true);
      }
    }
  }

  /**
   * Takes one path out, and gives what must be said of it: nothing, where the subscriber believes what is true.
   *
   * `view` must be what all events so far have led to, dropped ones included. That is so when the subscriber's queue is
   * empty, and only then may this be called: what still waited there would be told after it, and undo it.
   */
  next(view: TreeView): ChangeEventBody[] {
    const missed = this.#paths.take();
    if (!missed) return [];
    const { path, belief, entryType, isWhole } = missed;
    const entry = view.lookup(path);
    const isOther = belief === 'yes' && entry !== undefined && entry.entryType !== entryType;
    // Another kind of entry, or another directory: it goes with everything that is believed to be below it, and comes anew.
    const comesAnew = belief === 'yes' && (isWhole || isOther);
    const bodies: ChangeEventBody[] = [];
    if (belief !== 'no' && (entry === undefined || comesAnew)) {
      const root = view.rootOf(path);
      // Below no root any more: of a root that was taken out nothing is told.
      if (root !== undefined) bodies.push({ type: 'remove', root, path, entryType, origin: null });
    }
    if (entry) {
      if (belief !== 'yes' || comesAnew) bodies.push(bodyOf('create', path, entry));
      else if (entry.entryType !== 'directory') bodies.push(bodyOf('update', path, entry));
      if (isWhole || isOther) for (const below of view.below(path)) bodies.push(bodyOf('create', below.path, below));
    }
    for (const body of bodies) this.delivered(body);
    return bodies;
  }
}

/** Of nobody's making: many changes may have led to it. */
function bodyOf(type: 'create' | 'update', path: string, { root, entryType, stamp }: ViewedEntry): ChangeEventBody {
  return { type, root, path, entryType, origin: null, stamp };
}
