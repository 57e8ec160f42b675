import type { Hints } from './hints.js';
import { DirectoryNode, type WatchedTree } from './watched-tree.js';

/** A hint at a path below the root; where the index does not know the way to it, at the first name that it does not know. */
export function addPath(hints: Hints, tree: WatchedTree, relative: string): void {
  let parent = tree.top;
  for (const name of relative.split('/')) {
    if (name === '') continue;
    const child = parent.children.get(name);
    if (!(child instanceof DirectoryNode)) {
      hints.addName(parent, name);
      return;
    }
    parent = child;
  }
  if (parent.parent) hints.addName(parent.parent, parent.name);
  hints.addWhole(parent);
}
