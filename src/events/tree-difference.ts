import type { EntryChange } from './entry-change.js';
import { DirectoryNode, joinPath, leafState, versionOf, type WatchedTree } from './watched-tree.js';

type Tell = (change: EntryChange) => void;

/**
 * What differs where two trees overlap, because the root of one lies below the root of the other: from `before`, as
 * subscribers know it, to `after`. False: they do not overlap.
 */
export function tellDifferences(before: WatchedTree, after: WatchedTree, tell: Tell): boolean {
  const pair = overlap(before, after) ?? overlap(after, before)?.toReversed();
  if (!pair) return false;
  const [known, present] = pair as [DirectoryNode | undefined, DirectoryNode | undefined];
  if (!present) return false;
  compare(known, present, present.path, after.root, tell);
  return true;
}

/** The directory of each that is the root of the inner one. */
function overlap(inner: WatchedTree, outer: WatchedTree): [DirectoryNode, DirectoryNode | undefined] | undefined {
  const prefix = outer.root.endsWith('/') ? outer.root : `${outer.root}/`;
  if (!inner.root.startsWith(prefix)) return undefined;
  const place = outer.find(inner.root.slice(prefix.length));
  const there = place?.parent.children.get(place.name);
  return [inner.top, there instanceof DirectoryNode ? there : undefined];
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
