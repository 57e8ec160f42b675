import type { DirectoryIndex } from './directory-index.js';
import type { EntryChange } from './entry-change.js';
import type { Place } from './hints.js';
import {
  DirectoryNode,
  type EntryState,
  identityOfStamp,
  leafOf,
  leafState,
  versionOf,
  type WatchedTree,
} from './watched-tree.js';

export interface TreeEditorParts {
  readonly index: DirectoryIndex;
  readonly emit: (change: EntryChange) => void;
  readonly unwatch: (watches: readonly number[]) => void;
}

/** What is told of an entry besides its place. */
export interface Told {
  readonly origin: string | null;
  /** With the `y` of a young one, which the index does not keep. */
  readonly stamp: string;
}

type Unattributed = EntryChange extends infer Change
  ? Change extends EntryChange
    ? Omit<Change, 'root'>
    : never
  : never;

/** The only way to change the index once it is told of: each edit tells what it does, unless its tree is silent. */
export class TreeEditor {
  readonly #parts: TreeEditorParts;

  constructor(parts: TreeEditorParts) {
    this.#parts = parts;
  }

  /** There must be nothing under the name. */
  addDirectory({ parent, name }: Place, state: EntryState, { origin, stamp }: Told): DirectoryNode {
    const node = new DirectoryNode(parent.tree, parent, name, state.stamp);
    parent.children.set(name, node);
    this.#parts.index.know(node, identityOfStamp(state.stamp));
    if (parent.tree.isSilent) return node;
    const change = { path: node.path, entryType: 'directory', stamp, version: versionOf(state), origin } as const;
    this.#emit(parent.tree, { type: 'create', ...change });
    return node;
  }

  /** With everything below it. */
  removeDirectory(node: DirectoryNode, origin: string | null): void {
    const { parent, tree } = node;
    if (!parent) return;
    const { path } = node;
    this.#parts.unwatch(this.#parts.index.leave(node));
    parent.children.delete(node.name);
    node.parent = null;
    const version = versionOf({ type: 'directory', stamp: node.stamp });
    this.#emit(tree, { type: 'remove', path, entryType: 'directory', version, origin });
  }

  /** Within its tree; there must be nothing under the new name. */
  moveDirectory(node: DirectoryNode, { parent, name }: Place, state: EntryState, { origin, stamp }: Told): void {
    const from = node.path;
    node.parent?.children.delete(node.name);
    node.parent = parent;
    node.name = name;
    node.stamp = state.stamp;
    parent.children.set(name, node);
    const change = { entryType: 'directory', stamp, version: versionOf(state), origin } as const;
    this.#emit(parent.tree, { type: 'rename', from, path: node.path, ...change });
  }

  /** Under the name there must be nothing, or something else that is no directory. */
  putLeaf({ parent, name }: Place, state: EntryState, { origin, stamp }: Told): void {
    const known = parent.children.get(name);
    parent.children.set(name, leafOf(state));
    if (parent.tree.isSilent) return;
    const change = { path: parent.pathOf(name), entryType: state.type, stamp, version: versionOf(state), origin };
    this.#emit(parent.tree, { type: known === undefined ? 'create' : 'update', ...change, ...replacedFile(known) });
  }

  removeLeaf({ parent, name }: Place, origin: string | null): void {
    const known = parent.children.get(name);
    if (typeof known !== 'string') return;
    parent.children.delete(name);
    const state = leafState(known);
    const change = { path: parent.pathOf(name), entryType: state.type, version: versionOf(state), origin };
    this.#emit(parent.tree, { type: 'remove', ...change, ...replacedFile(known) });
  }

  /** Within its tree; what is under the new name, no directory, is replaced. */
  renameLeaf(from: Place, to: Place, state: EntryState, { origin, stamp }: Told): void {
    const known = from.parent.children.get(from.name);
    if (typeof known !== 'string') return;
    const replaced = to.parent.state(to.name);
    const overwritten = replacedFile(to.parent.children.get(to.name));
    from.parent.children.delete(from.name);
    to.parent.children.set(to.name, leafOf(state));
    const path = to.parent.pathOf(to.name);
    const change = { path, entryType: state.type, stamp, version: versionOf(state), origin };
    this.#emit(to.parent.tree, {
      type: 'rename',
      from: from.parent.pathOf(from.name),
      ...change,
      ...(replaced && { replaces: replaced.type }),
      ...overwritten,
    });
    if (versionOf(leafState(known)) !== versionOf(state)) this.#emit(to.parent.tree, { type: 'update', ...change });
  }

  #emit(tree: WatchedTree, change: Unattributed): void {
    if (!tree.isSilent) this.#parts.emit({ root: tree.root, ...change });
  }
}

function replacedFile(known: DirectoryNode | string | undefined): { readonly replacedStamp?: string } {
  if (typeof known !== 'string') return {};
  const { type, stamp } = leafState(known);
  return type === 'file' && stamp !== '' ? { replacedStamp: stamp } : {};
}
