import { type ChangedNode, mergeOrigins } from './coalesce-node.js';
import type { ChangedTree } from './coalesce-tree.js';

/**
 * Finds entries that went and came again: of one that is gone and one that is new, it makes one that is still there. Not of
 * directories: one that was removed has taken along what was below it.
 *
 * @param alsoMoved whether an entry that came elsewhere with the same version, so the same inode, is taken for moved
 * @returns whether one was
 */
export function joinEntries(tree: ChangedTree, alsoMoved: boolean): boolean {
  const isMoved = alsoMoved && joinMoved(tree);
  for (const gone of tree.touched) {
    const created = isJoinable(gone) ? gone.before?.parent.named(gone.before.name) : undefined;
    // By the directory it is in: an atomic save, or a removal and a creation, even where that directory moved meanwhile.
    if (created && isNew(created) && created.entryType === gone.entryType) joinInPlace(gone, created);
  }
  return isMoved;
}

function joinMoved(tree: ChangedTree): boolean {
  const went = byVersion(tree.touched.filter(isJoinable));
  if (went.size === 0) return false;
  const came = byVersion(tree.touched.filter((node) => isNew(node) && !node.isDirectory));
  let isAny = false;
  for (const [key, gone] of went) {
    const created = gone && came.get(key);
    if (!created || isSamePlace(gone, created)) continue;
    gone.moveOrigin = mergeOrigins(gone.moveOrigin, gone.goneOrigin, created.origin);
    if (created.isUpdated) {
      gone.isUpdated = true;
      gone.contentOrigin = mergeOrigins(gone.contentOrigin, created.contentOrigin);
    }
    join(gone, created);
    isAny = true;
  }
  return isAny;
}

/** null: several have the version, as hard links do, and which of them became which nobody knows. */
function byVersion(nodes: readonly ChangedNode[]): Map<string, ChangedNode | null> {
  const found = new Map<string, ChangedNode | null>();
  for (const node of nodes) {
    if (node.version === '') continue;
    const key = `${node.root}\0${node.entryType}\0${node.version}`;
    found.set(key, found.has(key) ? null : node);
  }
  return found;
}

function isSamePlace(gone: ChangedNode, created: ChangedNode): boolean {
  return gone.before?.parent.named(gone.before.name) === created;
}

function joinInPlace(gone: ChangedNode, created: ChangedNode): void {
  gone.contentOrigin = mergeOrigins(gone.origin, created.origin);
  gone.moveOrigin = undefined;
  gone.isUpdated = true;
  join(gone, created);
}

function isJoinable(node: ChangedNode): boolean {
  return node.wasThere && node.isGone && !node.isDirectory;
}

function isNew(node: ChangedNode): boolean {
  return !node.wasThere && !node.isGone;
}

function join(gone: ChangedNode, created: ChangedNode): void {
  const { after } = created;
  gone.isGone = false;
  gone.goneOrigin = undefined;
  gone.after = after;
  after?.parent.setName(after.name, gone);
  gone.stamp = created.stamp;
  gone.version = created.version;
  created.isGone = true;
  created.after = undefined;
}
