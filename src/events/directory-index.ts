import { DirectoryNode, directoriesFrom } from './watched-tree.js';

/**
 * The directories of all trees, by what names them from outside: the identity that a change carries, and the watch that a
 * record of the system carries. One of either may stand for several directories of the index: a bind mount shows a
 * directory twice, and a tree that is built anew overlaps the old one.
 */
export class DirectoryIndex {
  readonly #byIdentity = new Map<string, DirectoryNode | DirectoryNode[]>();
  readonly #byWatch = new Map<number, DirectoryNode | DirectoryNode[]>();

  /** Enters what a listing told of a directory; what was known before is taken out. */
  enter(node: DirectoryNode, identity: string, watch: number): void {
    if (node.identity !== identity || !node.isListed) {
      take(this.#byIdentity, node.identity, node);
      node.identity = identity;
      if (identity !== '') put(this.#byIdentity, identity, node);
    }
    if (node.watch !== watch) {
      if (node.watch > 0) take(this.#byWatch, node.watch, node);
      node.watch = watch;
      if (watch > 0) put(this.#byWatch, watch, node);
    }
    node.isListed = true;
  }

  /** Enters a directory that is yet to be listed, by what its entry told. */
  know(node: DirectoryNode, identity: string): void {
    if (identity === '') return;
    node.identity = identity;
    put(this.#byIdentity, identity, node);
  }

  ofIdentity(identity: string): readonly DirectoryNode[] {
    return asArray(this.#byIdentity.get(identity));
  }

  ofWatch(watch: number): readonly DirectoryNode[] {
    return asArray(this.#byWatch.get(watch));
  }

  /** Takes out a directory and all below it. Gives the watches that stand for nothing any more. */
  leave(top: DirectoryNode): number[] {
    const unused: number[] = [];
    for (const node of directoriesFrom(top)) {
      take(this.#byIdentity, node.identity, node);
      if (node.watch > 0) {
        take(this.#byWatch, node.watch, node);
        if (!this.#byWatch.has(node.watch)) unused.push(node.watch);
      }
      node.watch = 0;
      node.isListed = false;
    }
    return unused;
  }

  /**
   * The system ended a watch by itself: its directory is gone. A new one may have its name, and even its identity, since
   * inode numbers are used again; so it has to be listed anew.
   */
  watchEnded(watch: number): void {
    for (const node of asArray(this.#byWatch.get(watch))) {
      node.watch = 0;
      node.isListed = false;
    }
    this.#byWatch.delete(watch);
  }

  get watchCount(): number {
    return this.#byWatch.size;
  }
}

function put<K>(map: Map<K, DirectoryNode | DirectoryNode[]>, key: K, node: DirectoryNode): void {
  const present = map.get(key);
  if (present === undefined) map.set(key, node);
  else if (Array.isArray(present)) {
    if (!present.includes(node)) present.push(node);
  } else if (present !== node) map.set(key, [present, node]);
}

function take<K>(map: Map<K, DirectoryNode | DirectoryNode[]>, key: K, node: DirectoryNode): void {
  const present = map.get(key);
  if (present === node) map.delete(key);
  else if (Array.isArray(present)) {
    const others = present.filter((other) => other !== node);
    const [only] = others;
    if (only === undefined) map.delete(key);
    else map.set(key, others.length === 1 ? only : others);
  }
}

function asArray(value: DirectoryNode | DirectoryNode[] | undefined): readonly DirectoryNode[] {
  if (value === undefined) return [];
  return value instanceof DirectoryNode ? [value] : value;
}
