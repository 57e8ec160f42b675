import type { Commit } from './commits.js';
import type { DirectoryIndex } from './directory-index.js';
import type { Place } from './hints.js';
import type { TreeEditor } from './tree-editor.js';
import {
  DirectoryNode,
  directoriesFrom,
  type EntryState,
  leafState,
  settledStamp,
  versionOf,
  type WatchedTree,
} from './watched-tree.js';

export interface OwnChangesParts {
  readonly index: DirectoryIndex;
  /** What others did to the path before: told apart, and first. */
  readonly foreign: TreeEditor;
  readonly own: TreeEditor;
  readonly ignores: (root: string, relative: string) => boolean;
  /** The tree that a path lies in, and the path below its root. */
  readonly treeOf: (path: string) => { readonly tree: WatchedTree; readonly relative: string } | undefined;
  /** In a directory that the index does not know: one that is not watched, or that others have just made. */
  readonly unplaced: (commit: Commit) => void;
  /** What must be looked at, since a directory came. */
  readonly look: (directory: DirectoryNode) => void;
  readonly lookAt: (place: Place) => void;
}

/**
 * Enters what a call of this thread has changed into the index, and tells of it as one event with its origin: the system's
 * own account of it finds nothing new then. What the call replaced says what others did to the file before.
 */
export class OwnChanges {
  readonly #parts: OwnChangesParts;

  constructor(parts: OwnChangesParts) {
    this.#parts = parts;
  }

  apply(commit: Commit): void {
    const { key, path, fromKey, from = '', origin } = commit;
    const places = this.#placesOf(key, path, commit);
    if (places.length === 0) this.#parts.unplaced(commit);
    for (const to of places) {
      switch (commit.outcome) {
        case 'created':
        case 'replaced':
          this.#put(to, commit);
          break;
        case 'removed':
          this.#remove(to, origin);
          break;
        case 'renamed':
          this.#rename(to, commit);
      }
      // Others may have put another directory in the place of this one while the call waited for its turn.
      this.#parts.lookAt(to);
    }
    if (commit.outcome !== 'renamed' || fromKey === undefined || fromKey === key) return;
    for (const place of this.#placesOf(fromKey, from)) {
      // Of a rename out of what is watched nothing but the old name is there to be told of.
      this.#remove(place, origin);
      this.#parts.lookAt(place);
    }
  }

  #put(place: Place, commit: Commit): void {
    const { origin, stamp } = commit;
    const state = stateOf(commit);
    if (commit.entryType === 'directory') {
      this.#addDirectory(place, state, origin);
      return;
    }
    const known = place.parent.children.get(place.name);
    // Within one tick of a coarse clock a write in place leaves the stamp as it was.
    const isInPlace = settledStamp(commit.replacedStamp ?? '') === state.stamp;
    // The system's account came first: a call that was under way when the watch began.
    if (typeof known === 'string' && known.slice(1) === state.stamp && !isInPlace) return;
    this.#tellReplaced(place, commit);
    if (place.parent.children.get(place.name) instanceof DirectoryNode) return;
    this.#parts.own.putLeaf(place, state, { origin, stamp });
  }

  /** What was there before, where the index does not know it: others came before this call, and nobody has been told yet. */
  #tellReplaced(place: Place, { replacedStamp, entryType }: Commit): void {
    if (replacedStamp === undefined) return;
    const { foreign } = this.#parts;
    const known = place.parent.children.get(place.name);
    if (known instanceof DirectoryNode) {
      foreign.removeDirectory(known, null);
      return;
    }
    if (replacedStamp === '') {
      foreign.removeLeaf(place, null);
      return;
    }
    const state: EntryState = { type: entryType, stamp: settledStamp(replacedStamp) };
    if (known?.slice(1) !== state.stamp) foreign.putLeaf(place, state, { origin: null, stamp: replacedStamp });
  }

  #addDirectory(place: Place, state: EntryState, origin: string): void {
    const { parent, name } = place;
    const known = parent.children.get(name);
    if (known instanceof DirectoryNode) {
      // Whether it is the one that was made, a look will tell.
      this.#parts.lookAt(place);
      return;
    }
    this.#parts.foreign.removeLeaf(place, null);
    this.#parts.look(this.#parts.own.addDirectory(place, state, { origin, stamp: state.stamp }));
  }

  #remove(place: Place, origin: string): void {
    const known = place.parent.children.get(place.name);
    if (known instanceof DirectoryNode) this.#parts.own.removeDirectory(known, origin);
    else this.#parts.own.removeLeaf(place, origin);
  }

  #rename(to: Place, commit: Commit): void {
    const { origin, stamp } = commit;
    const from = this.#placesOf(commit.fromKey ?? '', commit.from ?? '').find(
      ({ parent }) => parent.tree === to.parent.tree,
    );
    if (from?.parent === to.parent && from.name === to.name) return;
    const state = stateOf(commit);
    if (from) this.#tellMoved(from, state, stamp);
    const there = to.parent.children.get(to.name);
    if (there instanceof DirectoryNode || commit.entryType === 'directory') this.#clear(to);
    // What was in the way may have been, as far as the index knows, what held the old name.
    const known = from?.parent.isAttached ? from.parent.children.get(from.name) : undefined;
    if (from && known instanceof DirectoryNode && !to.parent.isWithin(new Set([known]))) {
      this.#parts.own.moveDirectory(known, to, state, { origin, stamp });
      for (const directory of directoriesFrom(known)) this.#parts.look(directory);
    } else if (from && typeof known === 'string') this.#parts.own.renameLeaf(from, to, state, { origin, stamp });
    else if (commit.entryType === 'directory') this.#addDirectory(to, state, origin);
    else this.#parts.own.putLeaf(to, state, { origin, stamp });
  }

  /** A file that others made, or changed, under its old name: a rename changes neither its size nor its time. */
  #tellMoved(from: Place, state: EntryState, stamp: string): void {
    if (state.type === 'directory' || stamp === '') return;
    const known = from.parent.children.get(from.name);
    if (known instanceof DirectoryNode) return;
    if (known !== undefined && versionOf(leafState(known)) === versionOf(state)) return;
    this.#parts.foreign.putLeaf(from, state, { origin: null, stamp });
  }

  #clear(place: Place): void {
    const there = place.parent.children.get(place.name);
    if (there instanceof DirectoryNode) this.#parts.foreign.removeDirectory(there, null);
    else this.#parts.foreign.removeLeaf(place, null);
  }

  /**
   * Where a key is in the index; several where a directory is seen twice. With `made`, directories on the way that are not
   * there yet were made by the call.
   */
  #placesOf(key: string, path: string, made?: Commit): Place[] {
    const slash = key.indexOf('/');
    if (slash < 0) return [];
    const names = key.slice(slash + 1).split('/');
    const places: Place[] = [];
    for (const directory of this.#parts.index.ofIdentity(key.slice(0, slash))) {
      if (!directory.isAttached || directory.tree.isLost) continue;
      const place = this.#walk(directory, names, made);
      if (place) places.push(place);
    }
    return places.length > 0 ? places : this.#unlistedPlace(path);
  }

  /** In a directory that a call has just made: it was not looked at yet, so nothing but its path is known. */
  #unlistedPlace(path: string): Place[] {
    const below = this.#parts.treeOf(path);
    const place = below && !below.tree.isLost ? below.tree.find(below.relative) : undefined;
    if (place?.parent.identity !== '') return [];
    return this.#parts.ignores(place.parent.tree.root, place.parent.relativeOf(place.name)) ? [] : [place];
  }

  #walk(start: DirectoryNode, names: readonly string[], made: Commit | undefined): Place | undefined {
    let parent = start;
    for (const name of names.slice(0, -1)) {
      if (this.#parts.ignores(parent.tree.root, `${parent.relativeOf(name)}/`)) return undefined;
      let child = parent.children.get(name);
      if (!(child instanceof DirectoryNode)) {
        if (!made) return undefined;
        const place = { parent, name };
        this.#parts.foreign.removeLeaf(place, null);
        const { origin } = made;
        child = this.#parts.own.addDirectory(place, { type: 'directory', stamp: '' }, { origin, stamp: '' });
        this.#parts.look(child);
      }
      parent = child;
    }
    const name = names.at(-1) ?? '';
    const relative = parent.relativeOf(name);
    const isIgnored = this.#parts.ignores(
      parent.tree.root,
      made?.entryType === 'directory' ? `${relative}/` : relative,
    );
    return isIgnored ? undefined : { parent, name };
  }
}

function stateOf({ entryType, stamp }: Commit): EntryState {
  return { type: entryType, stamp: settledStamp(stamp) };
}
