import fc from 'fast-check';
import type { EntryChange } from '../../src/events/entry-change.js';
import type { EntryType } from '../../src/types.js';
import type { ListedEntry } from './replay.js';

export const root = '/r';

interface Entry extends ListedEntry {
  readonly inode: number;
  readonly content: number;
}

const kinds = ['create', 'makeDirectory', 'update', 'remove', 'rename', 'save', 'moveUnseen', 'touch'] as const;

interface Step {
  readonly kind: (typeof kinds)[number];
  /** Which of the entries that qualify. */
  readonly pick: number;
  readonly path: string;
  readonly origin: string | null;
}

export interface ValidChanges {
  readonly before: ReadonlyMap<string, ListedEntry>;
  readonly changes: readonly EntryChange[];
}

const path = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
  .map((names) => `${root}/${names.join('/')}`);

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...kinds, 'rename', 'rename', 'remove'),
  pick: fc.nat(30),
  path,
  origin: fc.constantFrom(null, null, 'x', 'y'),
});

/**
 * A random listing and a random sequence that is valid over it, on names so few that the changes meet. A rename leaves the
 * stamp as it is, since one there and one back come to nothing.
 */
export function validChanges(maxLength: number): fc.Arbitrary<ValidChanges> {
  return fc
    .record({
      present: fc.array(fc.record({ path, isDirectory: fc.boolean() }), { maxLength: 12 }),
      steps: fc.array(step, { maxLength }),
    })
    .map(({ present, steps }) => {
      const world = new World();
      for (const { path: at, isDirectory } of present) world.add(at, isDirectory ? 'directory' : 'file');
      const before = world.listing();
      world.changes.length = 0;
      for (const each of steps) world.take(each);
      return { before, changes: world.changes };
    });
}

class World {
  readonly changes: EntryChange[] = [];
  readonly #entries = new Map<string, Entry>();
  #next = 1;

  listing(): Map<string, ListedEntry> {
    return new Map([...this.#entries].map(([at, { entryType, stamp }]) => [at, { entryType, stamp }]));
  }

  take({ kind, pick, path: target, origin }: Step): void {
    const files = [...this.#entries].filter(([, entry]) => entry.entryType !== 'directory');
    const all = [...this.#entries];
    const [file] = files.length > 0 ? (files[pick % files.length] ?? []) : [];
    const [any] = all.length > 0 ? (all[pick % all.length] ?? []) : [];
    switch (kind) {
      case 'create':
        this.add(target, pick === 0 ? 'symlink' : 'file', origin);
        return;
      case 'makeDirectory':
        this.add(target, 'directory', origin);
        return;
      case 'update':
        if (file !== undefined) this.#update(file, true, origin);
        return;
      case 'touch':
        if (file !== undefined) this.#update(file, false, origin);
        return;
      case 'remove':
        if (any !== undefined) this.#remove(any, origin);
        return;
      case 'rename':
        if (any !== undefined) this.#rename(any, target, origin);
        return;
      case 'save': {
        const temporary = `${target}~`;
        if (file === undefined || !this.add(temporary, 'file', origin)) return;
        this.#update(temporary, true, origin);
        this.#rename(temporary, file, origin);
        return;
      }
      case 'moveUnseen': {
        const entry = file === undefined ? undefined : this.#entries.get(file);
        if (file === undefined || !entry || !this.#isFree(target)) return;
        this.#remove(file, origin);
        this.#put('create', target, entry, origin);
      }
    }
  }

  add(at: string, entryType: EntryType, origin: string | null = null): boolean {
    if (!this.#isFree(at)) return false;
    const inode = this.#next++;
    this.#put('create', at, { entryType, stamp: `s${inode}`, inode, content: inode }, origin);
    return true;
  }

  #isFree(at: string): boolean {
    return !this.#entries.has(at) && this.#hasParent(at);
  }

  #hasParent(at: string): boolean {
    const parent = at.slice(0, at.lastIndexOf('/'));
    return parent === root || this.#entries.get(parent)?.entryType === 'directory';
  }

  #put(type: 'create' | 'update', at: string, entry: Entry, origin: string | null): void {
    this.#entries.set(at, entry);
    const { entryType, stamp } = entry;
    this.changes.push({ type, root, path: at, entryType, origin, version: versionOf(entry), stamp });
  }

  #update(at: string, isContent: boolean, origin: string | null): void {
    const entry = this.#entries.get(at);
    if (!entry) return;
    const number = this.#next++;
    this.#put('update', at, { ...entry, stamp: `s${number}`, content: isContent ? number : entry.content }, origin);
  }

  #remove(at: string, origin: string | null): void {
    const entry = this.#entries.get(at);
    if (!entry) return;
    for (const below of this.#below(at)) this.#entries.delete(below);
    const { entryType } = entry;
    this.changes.push({ type: 'remove', root, path: at, entryType, origin, version: versionOf(entry) });
  }

  #rename(from: string, to: string, origin: string | null): void {
    const entry = this.#entries.get(from);
    if (!entry || to === from || to.startsWith(`${from}/`) || !this.#hasParent(to)) return;
    const replaced = this.#entries.get(to);
    const isDirectory = entry.entryType === 'directory';
    if (replaced && ((replaced.entryType === 'directory') !== isDirectory || this.#below(to).length > 1)) return;
    const moved = this.#below(from).map((at) => [at, this.#entries.get(at)] as const);
    for (const [at] of moved) this.#entries.delete(at);
    for (const [at, each] of moved) if (each) this.#entries.set(`${to}${at.slice(from.length)}`, each);
    const { entryType, stamp } = entry;
    const replaces = replaced && { replaces: replaced.entryType };
    const change = { root, from, path: to, entryType, origin, version: versionOf(entry), stamp, ...replaces };
    this.changes.push({ type: 'rename', ...change });
  }

  /** The entry itself included. */
  #below(top: string): string[] {
    return [...this.#entries.keys()].filter((at) => at === top || at.startsWith(`${top}/`));
  }
}

function versionOf({ entryType, inode, content }: Entry): string {
  return entryType === 'directory' ? `${inode}` : `${inode}.${content}`;
}
