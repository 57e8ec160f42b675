import { type ChangedNode, mergeOrigins } from './coalesce-node.js';
import type { ChangedTree } from './coalesce-tree.js';
import type { EntryChange } from './entry-change.js';

/**
 * The difference between what a tree was and what it is, in an order in which it can be replayed: each entry in turn, after
 * what it waits for. An entry comes to its place when the directory it goes into is there and in its own place, and when
 * what had the name before is gone or has moved on. A directory is removed when what is kept of it has left.
 *
 * undefined: entries wait for each other in a circle.
 */
export function orderChanges(tree: ChangedTree): EntryChange[] | undefined {
  const changed = tree.touched.filter(isDifference);
  for (const node of changed) {
    // What is below a directory that is gone can only be kept by leaving it, so it is among the changed ones.
    if (!node.isGone && node.before?.parent.isGone) leave(node, node.before.parent);
  }
  for (const node of changed) if (node.isGone) node.successor = successorOf(node);

  const told: Told = { changes: [], separator: tree.separator };
  tree.top.progress = 'done';
  for (const node of changed) {
    if (!node.successor && !perform(node, told)) return undefined;
  }
  return told.changes;
}

interface Told {
  readonly changes: EntryChange[];
  readonly separator: string;
}

function isDifference(node: ChangedNode): boolean {
  if (!node.isGone) return node.isMoved || node.isUpdated || isBack(node);
  // The removal of what it was in removes it too.
  return node.wasThere && node.before?.parent.isGone === false;
}

/** Enters `node` with the outermost directory that is removed together with the one it was in. */
function leave(node: ChangedNode, directory: ChangedNode): void {
  let outermost = directory;
  while (outermost.before?.parent.isGone) outermost = outermost.before.parent;
  outermost.leaving ??= [];
  outermost.leaving.push(node);
}

/** The entry that is renamed onto one that is gone, where a rename may do that. */
function successorOf(gone: ChangedNode): ChangedNode | undefined {
  const next = gone.before?.parent.named(gone.before.name);
  if (!next?.wasThere || next.isDirectory !== gone.isDirectory) return undefined;
  if (!gone.isDirectory) return next;
  // It was empty when a rename replaced it. What the changes took out of it before would still be there.
  return gone.isReplaced && !gone.childrenBefore().some((child) => child.isGone) ? next : undefined;
}

/** Not by recursion: a rotation of names is a chain as long as there are names. */
function perform(first: ChangedNode, told: Told): boolean {
  const waiting = [first];
  for (let node = waiting.at(-1); node; node = waiting.at(-1)) {
    const blocker = node.progress === 'done' ? undefined : blockerOf(node);
    if (blocker?.progress === 'visited') return false;
    if (blocker) {
      node.progress = 'visited';
      waiting.push(blocker);
    } else {
      waiting.pop();
      if (node.progress !== 'done') tell(node, told);
    }
  }
  return true;
}

function blockerOf(node: ChangedNode): ChangedNode | undefined {
  if (!node.after) return stillInside(node);
  const { parent, name } = node.after;
  if (parent.progress !== 'done') return parent;
  const occupant = parent.namedBefore(name);
  if (!occupant || occupant === node || occupant.progress === 'done') return undefined;
  return occupant.successor === node ? stillInside(occupant) : occupant;
}

function stillInside(gone: ChangedNode): ChangedNode | undefined {
  const { leaving } = gone;
  // Taken off as they leave, so that asking again and again costs one look each.
  while (leaving?.at(-1)?.progress === 'done') leaving.pop();
  return leaving?.at(-1);
}

function tell(node: ChangedNode, { changes, separator }: Told): void {
  const { root, entryType, version, stamp } = node;
  if (node.isGone) {
    changes.push({
      type: 'remove',
      root,
      path: pathOf(node, separator),
      entryType,
      origin: node.origin ?? null,
      version,
    });
    node.progress = 'done';
    return;
  }
  if (!node.wasThere) {
    node.progress = 'done';
    const origin = node.origin ?? null;
    changes.push({ type: 'create', root, path: pathOf(node, separator), entryType, origin, version, stamp });
    return;
  }
  let { contentOrigin } = node;
  if (node.isMoved) {
    const from = pathOf(node, separator);
    const replaced = replacedBy(node);
    node.progress = 'done';
    changes.push({
      type: 'rename',
      root,
      from,
      path: pathOf(node, separator),
      entryType,
      origin: mergeOrigins(node.moveOrigin, replaced?.origin) ?? null,
      version,
      stamp,
      ...(replaced && { replaces: replaced.entryType }),
    });
  } else {
    // There and back again: what is left is what happened on the way.
    contentOrigin = node.origin;
    node.progress = 'done';
  }
  if (node.isUpdated || isBack(node)) {
    changes.push({
      type: 'update',
      root,
      path: pathOf(node, separator),
      entryType,
      origin: contentOrigin ?? null,
      version,
      stamp,
    });
  }
}

/** A rename changes the ctime of what is renamed, and so its stamp, wherever it ends up. */
function isBack(node: ChangedNode): boolean {
  return !node.isMoved && !node.isDirectory && node.moveOrigin !== undefined;
}

function replacedBy(node: ChangedNode): ChangedNode | undefined {
  const occupant = node.after?.parent.namedBefore(node.after.name);
  if (occupant?.successor !== node) return undefined;
  occupant.progress = 'done';
  return occupant;
}

/** As it is spelt when the changes so far have been applied. */
function pathOf(node: ChangedNode, separator: string): string {
  if (node.path !== undefined) return node.path;
  const isInPlace = node.progress === 'done' && !node.isGone;
  const slot = isInPlace ? node.after : node.before;
  if (!slot) return '';
  const path =
    slot.parent.before || slot.parent.after ? `${pathOf(slot.parent, separator)}${separator}${slot.name}` : slot.name;
  // What it is in was in place before it, so nothing moves it any more.
  if (isInPlace && node.isDirectory) node.path = path;
  return path;
}
