import type { EntryChange } from './entry-change.js';
import type { Place } from './hints.js';
import { DirectoryNode, leafState, versionOf, type WatchedTree } from './watched-tree.js';

export interface DifferenceParts {
  readonly tell: (change: EntryChange) => void;
  readonly ignores: (root: string, relative: string) => boolean;
  /** Whether a call of this thread has changed the entry since `after` began to be built, or is changing it. */
  readonly isOwn: (place: Place) => boolean;
  /** Puts what `before` knows under the name into `after`. */
  readonly adopt: (place: Place, known: DirectoryNode | string | undefined) => void;
}

/**
 * What differs where two trees overlap, because the root of one lies below the root of the other: from `before`, as
 * subscribers know it, to `after`. False: they do not overlap, or `before` ignored what they share.
 */
export function tellDifferences(before: WatchedTree, after: WatchedTree, parts: DifferenceParts): boolean {
  const { ignores, tell } = parts;
  const { spelling } = after;
  if (before.root === after.root) {
    // What only one of them watches is no change.
    const tellWatched = (change: EntryChange) => {
      const relative = spelling.below(after.root, change.path) ?? '';
      if (!ignores(after.root, change.entryType === 'directory' ? `${relative}/` : relative)) tell(change);
    };
    compare(before.top, after.top, after.root, after.root, { ...parts, tell: tellWatched });
    return true;
  }
  const beforeBelowAfter = spelling.below(after.root, before.root);
  if (beforeBelowAfter !== undefined) {
    const present = directoryAt(after, beforeBelowAfter);
    if (present) compare(before.top, present, before.root, after.root, parts);
    return present !== undefined;
  }
  const afterBelowBefore = spelling.below(before.root, after.root);
  if (afterBelowBefore === undefined) return false;
  const names = afterBelowBefore.split('/');
  if (names.some((_, index) => ignores(before.root, `${names.slice(0, index + 1).join('/')}/`))) return false;
  // One that was made a moment ago nobody has heard of.
  compare(directoryAt(before, afterBelowBefore), after.top, after.root, after.root, parts);
  return true;
}

function directoryAt(tree: WatchedTree, relative: string): DirectoryNode | undefined {
  const place = tree.find(relative);
  const there = place?.parent.children.get(place.name);
  return there instanceof DirectoryNode ? there : undefined;
}

/**
 * Of what a call of this thread has changed meanwhile, `known` was told already and `present` may have been listed before;
 * and what it is changing, it will tell itself.
 */
function compare(
  known: DirectoryNode | undefined,
  present: DirectoryNode,
  directory: string,
  root: string,
  parts: DifferenceParts,
): void {
  const { tell, isOwn, adopt } = parts;
  const { spelling } = present.tree;
  const about = { root, origin: null };
  for (const [name, child] of known?.children ?? []) {
    const now = present.children.get(name);
    if (now !== undefined && typeof now === typeof child) continue;
    if (isOwn({ parent: present, name })) {
      adopt({ parent: present, name }, child);
      continue;
    }
    const state = typeof child === 'string' ? leafState(child) : { type: 'directory' as const, stamp: child.stamp };
    const change = { path: spelling.join(directory, name), entryType: state.type, version: versionOf(state) };
    tell({ type: 'remove', ...about, ...change });
  }
  for (const [name, child] of present.children) {
    const before = known?.children.get(name);
    const isSame = typeof before === typeof child && (typeof child !== 'string' || before === child);
    if (!isSame && isOwn({ parent: present, name })) {
      adopt({ parent: present, name }, before);
      continue;
    }
    const path = spelling.join(directory, name);
    const state = present.state(name);
    if (!state) continue;
    // It was looked at anew, and the index does not keep how young it was.
    const change = { path, entryType: state.type, stamp: `${state.stamp}y`, version: versionOf(state) };
    if (typeof before !== typeof child) tell({ type: 'create', ...about, ...change });
    else if (!isSame) tell({ type: 'update', ...about, ...change });
    if (typeof child === 'string') continue;
    compare(before instanceof DirectoryNode ? before : undefined, child, path, root, parts);
  }
}
