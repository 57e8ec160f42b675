import type { NativeAddon } from '../../native/addon.js';
import type { NativeWatch } from '../../native/batch.js';
import { WatchMask } from '../../native/watch-batches.js';
import type { DirectoryIndex } from '../directory-index.js';
import type { Hints, Place } from '../hints.js';
import type { DirectoryNode } from '../watched-tree.js';

/** What one taking of records said besides hints. */
export interface Taken {
  /** The system dropped records: everything may have changed. */
  readonly overflow: boolean;
  /** The directory itself of some root was removed, moved or unmounted. */
  readonly rootChanged: boolean;
  /** errno of a read that failed, after which nothing more comes; 0. */
  readonly error: number;
}

interface WatchRecord {
  readonly watch: number;
  readonly mask: number;
  readonly cookie: number;
  readonly name: string;
}

const content = WatchMask.modify;
const ofName = WatchMask.modify | WatchMask.attrib | WatchMask.closeWrite | WatchMask.create | WatchMask.delete;
const moved = WatchMask.movedFrom | WatchMask.movedTo;
const ofSelf = WatchMask.deleteSelf | WatchMask.moveSelf | WatchMask.unmount;

/** inotify(7): one watch a directory, records as hints. */
export class NativeBackend {
  readonly watch: NativeWatch;
  readonly #addon: NativeAddon;
  #unknown: WatchRecord[] = [];

  private constructor(addon: NativeAddon, watch: NativeWatch) {
    this.#addon = addon;
    this.watch = watch;
  }

  /** `onRecords` is called when there is something to take. An errno where the system has nothing to watch with. */
  static open(addon: NativeAddon, onRecords: () => void): NativeBackend | number {
    const watch = addon.openWatch(onRecords);
    return typeof watch === 'number' ? watch : new NativeBackend(addon, watch);
  }

  /**
   * Everything that the system has told until now. `isListing`: directories are being listed, and the numbers of their
   * watches are not in the index yet, so that what is told of unknown ones is kept.
   */
  take(hints: Hints, index: DirectoryIndex, isListing: boolean): Taken {
    const { watches, masks, cookies, names: text, overflow, error } = this.#addon.takeWatch(this.watch);
    const names = watches.length === 0 ? [] : text.split('\0');
    const records = this.#unknown;
    this.#unknown = [];
    for (const [at, watch] of watches.entries()) {
      records.push({ watch, mask: masks[at] ?? 0, cookie: cookies[at] ?? 0, name: names[at] ?? '' });
    }
    const moves = new Map<number, Place[]>();
    let rootChanged = false;
    for (const record of records) {
      const directories = index.ofWatch(record.watch);
      if (directories.length === 0 && isListing) this.#unknown.push(record);
      for (const parent of directories) rootChanged = addRecord(hints, parent, record, moves) || rootChanged;
      if ((record.mask & WatchMask.ignored) !== 0) index.watchEnded(record.watch);
    }
    return { overflow, rootChanged, error };
  }

  unwatch(watches: readonly number[]): void {
    if (watches.length > 0) this.#addon.removeWatches(this.watch, Int32Array.from(watches));
  }

  close(): Promise<void> {
    return this.#addon.closeWatch(this.watch);
  }
}

/** Whether the directory of a root itself was removed, moved or unmounted. */
function addRecord(hints: Hints, parent: DirectoryNode, record: WatchRecord, moves: Map<number, Place[]>): boolean {
  const { mask, cookie, name } = record;
  if (name === '') {
    // Of a directory itself only what ends it; its entry in its parent has records of its own.
    if ((mask & (ofSelf | WatchMask.ignored)) === 0) return false;
    if (parent.parent === null) return true;
    hints.addName(parent.parent, parent.name);
    return false;
  }
  if ((mask & ofName) !== 0) hints.addName(parent, name, (mask & content) !== 0);
  if ((mask & moved) === 0) return false;
  const place = { parent, name };
  if ((mask & WatchMask.isDirectory) !== 0) hints.addMovedDirectory(parent, name);
  if ((mask & WatchMask.movedFrom) !== 0) {
    hints.addName(parent, name);
    moves.set(cookie, [...(moves.get(cookie) ?? []), place]);
  } else addMoved(hints, moves.get(cookie) ?? [], place);
  return false;
}

function addMoved(hints: Hints, from: readonly Place[], to: Place): void {
  const source = from.find(({ parent }) => parent.tree === to.parent.tree);
  if (source) hints.addMove(source, to);
  else hints.addName(to.parent, to.name);
}
