import type { EntryType } from '../types.js';
import { ChangedNode, mergeOrigins, type Slot } from './coalesce-node.js';
import type { EntryChange } from './entry-change.js';

type Rename = Extract<EntryChange, { type: 'rename' }>;

/**
 * The paths that a sequence of changes touches, before and after it. What was there before is learnt from the changes: a
 * name that is first created was free, one that is first removed was taken. A directory that moves takes along what is below
 * it, so an entry is known by the directory it is in, not by its path, and every path is looked up as it is at that moment.
 */
export class ChangedTree {
  /** Above the first component of every path. */
  readonly top = new ChangedNode(undefined, undefined, true, 'directory');
  /** The entries that changes name, in the order in which they first do. */
  readonly touched: ChangedNode[] = [];
  /** Between the names of a path. */
  readonly separator: string;

  private constructor(separator: string) {
    this.separator = separator;
  }

  /** undefined: the changes contradict each other, so that no listing can be the one they are valid over. */
  static of(changes: readonly EntryChange[], separator: string): ChangedTree | undefined {
    const tree = new ChangedTree(separator);
    return changes.every((change) => tree.#apply(change)) ? tree : undefined;
  }

  #apply(change: EntryChange): boolean {
    switch (change.type) {
      case 'create':
        return this.#create(change);
      case 'update':
        return this.#update(change);
      case 'remove':
        return this.#remove(change);
      default:
        return this.#rename(change);
    }
  }

  #create(change: Extract<EntryChange, { type: 'create' | 'update' }>): boolean {
    const slot = this.#slot(change.path);
    if (!slot || occupant(slot)) return false;
    learnFree(slot);
    const node = new ChangedNode(undefined, slot, false, change.entryType);
    slot.parent.setName(slot.name, node);
    this.#touch(node, change, change.version);
    node.stamp = change.stamp;
    node.contentOrigin = change.origin;
    return true;
  }

  #update(change: Extract<EntryChange, { type: 'create' | 'update' }>): boolean {
    const node = this.#existing(change.path, change.entryType);
    if (!node || node.isDirectory) return false;
    this.#touch(node, change, change.version);
    node.entryType = change.entryType;
    node.stamp = change.stamp;
    node.version = change.version;
    node.isUpdated = true;
    node.contentOrigin = mergeOrigins(node.contentOrigin, change.origin);
    return true;
  }

  #remove(change: EntryChange): boolean {
    const node = this.#existing(change.path, change.entryType);
    if (!node) return false;
    this.#touch(node, change, change.version);
    takeAway(node, change.origin);
    return true;
  }

  #rename(change: Rename): boolean {
    const node = this.#existing(change.from, change.entryType);
    const slot = this.#slot(change.path);
    if (!node || !slot) return false;
    const replaced = occupant(slot) ?? this.#learnReplaced(slot, change);
    if (replaced === node) return false;
    if (replaced) {
      this.#touch(replaced, change, '');
      replaced.isReplaced = true;
      takeAway(replaced, change.origin);
    }
    this.#touch(node, change, change.version);
    if (node.after) node.after.parent.setName(node.after.name, null);
    node.after = slot;
    slot.parent.setName(slot.name, node);
    node.stamp = change.stamp;
    node.version = change.version;
    node.moveOrigin = mergeOrigins(node.moveOrigin, change.origin);
    return true;
  }

  /** What the rename says it replaces, where no earlier change has told of it. */
  #learnReplaced(slot: Slot, { replaces }: Rename): ChangedNode | undefined {
    const isUnknown = slot.parent.wasThere && slot.parent.named(slot.name) === undefined;
    if (isUnknown && replaces !== undefined) return learnTaken(slot, replaces);
    learnFree(slot);
    return undefined;
  }

  /** @param version of this very entry; `''`: the change does not say it */
  #touch(node: ChangedNode, change: EntryChange, version: string): void {
    if (!node.isTouched) {
      node.isTouched = true;
      this.touched.push(node);
    }
    node.root = change.root;
    // Another content than was last told of, although no change says so: it was seen together with this one.
    if (!node.isDirectory && node.version !== '' && version !== '' && node.version !== version) {
      node.isUpdated = true;
      node.contentOrigin = mergeOrigins(node.contentOrigin, change.origin);
    }
    if (version !== '') node.version = version;
  }

  /** The entry at a path; what no change has told of was there before. */
  #existing(path: string, entryType: EntryType): ChangedNode | undefined {
    const slot = this.#slot(path);
    if (!slot) return undefined;
    const node = occupant(slot);
    if (node) return node.isDirectory === (entryType === 'directory') ? node : undefined;
    const isUnknown = slot.parent.wasThere && slot.parent.named(slot.name) === undefined;
    return isUnknown ? learnTaken(slot, entryType) : undefined;
  }

  #slot(path: string): Slot | undefined {
    let parent = this.top;
    let start = 0;
    for (;;) {
      const end = path.indexOf(this.separator, start);
      if (end < 0) return { parent, name: path.slice(start) };
      const name = path.slice(start, end);
      let next = parent.named(name);
      if (next === undefined && parent.wasThere) next = learnTaken({ parent, name }, 'directory');
      if (!next?.isDirectory) return undefined;
      parent = next;
      start = end + 1;
    }
  }
}

function occupant({ parent, name }: Slot): ChangedNode | undefined {
  return parent.named(name) ?? undefined;
}

function learnTaken(slot: Slot, entryType: EntryType): ChangedNode {
  const node = new ChangedNode(slot, slot, true, entryType);
  slot.parent.setNameBefore(slot.name, node);
  slot.parent.setName(slot.name, node);
  return node;
}

function learnFree({ parent, name }: Slot): void {
  if (parent.named(name) !== undefined) return;
  parent.setNameBefore(name, null);
  parent.setName(name, null);
}

/** Each entry is taken away once at most, so all removals together cost as many steps as there are entries. */
function takeAway(node: ChangedNode, origin: string | null): void {
  if (node.after) node.after.parent.setName(node.after.name, null);
  const pending = [node];
  for (let gone = pending.pop(); gone; gone = pending.pop()) {
    gone.isGone = true;
    gone.after = undefined;
    gone.goneOrigin = origin;
    for (const child of gone.children()) pending.push(child);
  }
}
