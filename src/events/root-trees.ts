import { DirectoryNode, type EntryBelow, entriesBelow, type WatchedTree } from './watched-tree.js';

/** An entry as subscribers that lost events are told of it: with a stamp that proves nothing. */
export interface ViewedEntry {
  readonly root: string;
  readonly path: string;
  readonly entryType: EntryBelow['type'];
  readonly stamp: string;
}

/** The trees of all roots, and the index as one view of paths. */
export class RootTrees {
  readonly #byRoot = new Map<string, WatchedTree>();

  get(root: string): WatchedTree | undefined {
    return this.#byRoot.get(root);
  }

  add(tree: WatchedTree): void {
    this.#byRoot.set(tree.root, tree);
  }

  delete(root: string): void {
    this.#byRoot.delete(root);
  }

  [Symbol.iterator](): IterableIterator<WatchedTree> {
    return this.#byRoot.values();
  }

  /** The tree whose root holds the path, and the path below it; roots do not lie below each other. */
  treeOf(path: string): { readonly tree: WatchedTree; readonly relative: string } | undefined {
    for (const tree of this.#byRoot.values()) {
      const relative = tree.spelling.below(tree.root, path);
      if (relative !== undefined) return { tree, relative };
    }
    return undefined;
  }

  rootOf(path: string): string | undefined {
    return this.treeOf(path)?.tree.root;
  }

  lookup(path: string): ViewedEntry | undefined {
    const below = this.treeOf(path);
    const place = below?.tree.find(below.relative);
    const state = place?.parent.state(place.name);
    return below && state && { root: below.tree.root, path, entryType: state.type, stamp: unproven(state.stamp) };
  }

  *below(path: string): Generator<ViewedEntry, void, undefined> {
    const below = this.treeOf(path);
    const place = below?.tree.find(below.relative);
    const directory = place?.parent.children.get(place.name);
    if (!below || !(directory instanceof DirectoryNode)) return;
    const paths = new Map<DirectoryNode, string>([[directory, path]]);
    for (const { parent, name, type, stamp } of entriesBelow(directory)) {
      const entryPath = below.tree.spelling.join(paths.get(parent) ?? '', name);
      const child = parent.children.get(name);
      if (child instanceof DirectoryNode) paths.set(child, entryPath);
      yield { root: below.tree.root, path: entryPath, entryType: type, stamp: unproven(stamp) };
    }
  }
}

/** The index does not keep whether an entry was young when it was looked at. */
function unproven(stamp: string): string {
  return `${stamp}y`;
}
