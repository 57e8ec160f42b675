import { hostSpelling } from '../platform/path-spelling.js';
import { joinEntries } from './coalesce-join.js';
import { orderChanges } from './coalesce-order.js';
import { ChangedTree } from './coalesce-tree.js';
import type { EntryChange } from './entry-change.js';

/**
 * A sequence with the same effect as `changes` on every listing over which they are valid, as short as can be: what came and
 * went is left out, what happened to one entry in turn is one change. A change that stands for several keeps their origin
 * where they all have the same one, else it has none. Never longer than `changes`; near-linear.
 *
 * The changes are applied to a tree of just the paths they touch, which knows of each entry where it was before and where it
 * is now; the difference is told anew.
 */
export function coalesce(changes: readonly EntryChange[], separator: string = hostSpelling.separator): EntryChange[] {
  if (changes.length < 2) return [...changes];
  const net = netChanges(changes, separator);
  if (net && net.length <= changes.length) return net;
  // Two names that were exchanged, for example: one of them has to be elsewhere in between, and only `changes` knows of a
  // name that was free. Told in halves, the part that is entangled ends up as it was, and the rest is still merged.
  const middle = changes.length >> 1;
  return [...coalesce(changes.slice(0, middle), separator), ...coalesce(changes.slice(middle), separator)];
}

function netChanges(changes: readonly EntryChange[], separator: string): EntryChange[] | undefined {
  const tree = ChangedTree.of(changes, separator);
  if (!tree) return undefined;
  const isGuessed = joinEntries(tree, true);
  const net = orderChanges(tree);
  if (net || !isGuessed) return net;
  // What was taken for renames may be what stands in the way: without them it is removals and creations.
  const plain = ChangedTree.of(changes, separator);
  if (!plain) return undefined;
  joinEntries(plain, false);
  return orderChanges(plain);
}
