import type { EntryChange } from './entry-change.js';
import { DirectoryNode, joinPath, leafState, versionOf, type WatchedTree } from './watched-tree.js';

type Tell = (change: EntryChange) => void;

/**
 * What differs where two trees overlap, because the root of one lies below the root of the other: from `before`, as
 * subscribers know it, to `after`. False: they do not overlap, or `before` ignored what they share.
 */
export function tellDifferences(
  before: WatchedTree,
  after: WatchedTree,
  tell: Tell,
  ignores: (root: string, relative: string) => boolean,
): boolean {
  if (before.root === after.root) {
    // What only one of them watches is no change.
    const isIgnored = (path: string) => ignores(after.root, path.slice(joinPath(after.root, '').length));
    compare(before.top, after.top, after.root, after.root, (change) => {
      if (!isIgnored(change.entryType === 'directory' ? `${change.path}/` : change.path)) tell(change);
    });
    return true;
  }
  if (before.root.startsWith(joinPath(after.root, ''))) {
    const present = directoryAt(after, before.root);
    if (present) compare(before.top, present, before.root, after.root, tell);
    return present !== undefined;
  }
  if (!after.root.startsWith(joinPath(before.root, ''))) return false;
  const names = after.root.slice(joinPath(before.root, '').length).split('/');
  if (names.some((_, index) => ignores(before.root, `${names.slice(0, index + 1).join('/')}/`))) return false;
  // One that was made a moment ago nobody has heard of.
  compare(directoryAt(before, after.root), after.top, after.root, after.root, tell);
  return true;
}

function directoryAt(tree: WatchedTree, path: string): DirectoryNode | undefined {
  const place = tree.find(path.slice(joinPath(tree.root, '').length));
  const there = place?.parent.children.get(place.name);
  return there instanceof DirectoryNode ? there : undefined;
}

function compare(
  known: DirectoryNode | undefined,
  present: DirectoryNode,
  directory: string,
  root: string,
  tell: Tell,
): void {
  const about = { root, origin: null };
  for (const [name, child] of known?.children ?? []) {
    const now = present.children.get(name);
    if (now !== undefined && typeof now === typeof child) continue;
    const state = typeof child === 'string' ? leafState(child) : { type: 'directory' as const, stamp: child.stamp };
    const change = { path: joinPath(directory, name), entryType: state.type, version: versionOf(state) };
    tell({ type: 'remove', ...about, ...change });
  }
  for (const [name, child] of present.children) {
    const before = known?.children.get(name);
    const path = joinPath(directory, name);
    const state = present.state(name);
    if (!state) continue;
    // It was looked at anew, and the index does not keep how young it was.
    const change = { path, entryType: state.type, stamp: `${state.stamp}y`, version: versionOf(state) };
    if (typeof before !== typeof child) tell({ type: 'create', ...about, ...change });
    else if (typeof child === 'string' && before !== child) tell({ type: 'update', ...about, ...change });
    if (typeof child === 'string') continue;
    compare(before instanceof DirectoryNode ? before : undefined, child, path, root, tell);
  }
}
