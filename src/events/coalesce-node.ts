import type { EntryType } from '../types.js';

export interface Slot {
  readonly parent: ChangedNode;
  readonly name: string;
}

/** undefined: of no change so far. */
export type MergedOrigin = string | null | undefined;

export function mergeOrigins(...origins: readonly MergedOrigin[]): MergedOrigin {
  let merged: MergedOrigin;
  for (const origin of origins) {
    if (origin === undefined) continue;
    if (merged === undefined) merged = origin;
    else if (merged !== origin) return null;
  }
  return merged;
}

/** An entry that the changes touch, or a directory above one. */
export class ChangedNode {
  /** Where it was before the changes; undefined: they made it. */
  readonly before: Slot | undefined;
  /** Where it is after them. */
  after: Slot | undefined;
  /** Whether it was there before the changes: if so, names in it that they do not touch are as they were. */
  readonly wasThere: boolean;
  isGone = false;
  /** Gone because another entry was renamed onto it. */
  isReplaced = false;
  isUpdated = false;
  /** Whether a change names it. */
  isTouched = false;

  root = '';
  entryType: EntryType;
  stamp = '';
  version = '';
  contentOrigin: MergedOrigin;
  moveOrigin: MergedOrigin;
  goneOrigin: MergedOrigin;

  /** null: nothing has that name. Files have no such maps, so that 100,000 of them are small. */
  #namesBefore: Map<string, ChangedNode | null> | undefined;
  #names: Map<string, ChangedNode | null> | undefined;

  // What the order of the result needs.
  /** Of a directory that is gone: what has to leave it before it is removed. */
  leaving: ChangedNode[] | undefined;
  /** The entry whose rename replaces this one, so that it is not removed. */
  successor: ChangedNode | undefined;
  progress: 'waiting' | 'visited' | 'done' = 'waiting';
  /** Of a directory that is in its place for good. */
  path: string | undefined;

  constructor(before: Slot | undefined, after: Slot | undefined, wasThere: boolean, entryType: EntryType) {
    this.before = before;
    this.after = after;
    this.wasThere = wasThere;
    this.entryType = entryType;
  }

  get isDirectory(): boolean {
    return this.entryType === 'directory';
  }

  get isMoved(): boolean {
    const { before, after } = this;
    return before?.parent !== after?.parent || before?.name !== after?.name;
  }

  /** Of every change that the entry saw. */
  get origin(): MergedOrigin {
    return mergeOrigins(this.contentOrigin, this.moveOrigin, this.goneOrigin);
  }

  /** undefined: no change has said anything of the name. */
  named(name: string): ChangedNode | null | undefined {
    return this.#names?.get(name);
  }

  namedBefore(name: string): ChangedNode | null | undefined {
    return this.#namesBefore?.get(name);
  }

  setName(name: string, node: ChangedNode | null): void {
    this.#names ??= new Map();
    this.#names.set(name, node);
  }

  setNameBefore(name: string, node: ChangedNode | null): void {
    this.#namesBefore ??= new Map();
    this.#namesBefore.set(name, node);
  }

  children(): ChangedNode[] {
    return nodesIn(this.#names);
  }

  childrenBefore(): ChangedNode[] {
    return nodesIn(this.#namesBefore);
  }
}

const none: ChangedNode[] = [];

function nodesIn(names: ReadonlyMap<string, ChangedNode | null> | undefined): ChangedNode[] {
  return names ? [...names.values()].filter((node) => node !== null) : none;
}
