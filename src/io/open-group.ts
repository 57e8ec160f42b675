import { NativeDurability, NativeEntryType, NativeFailure } from '../native/batch.js';
import type { CommitAtOnce, CommitItem, OpenTargetsBatch, OpenTargetsResult } from '../native/change-batches.js';
import type { Durability } from '../types.js';
import type { NamedPath } from './identify.js';
import { packPaths } from './path-batch.js';
import type { ReplaceRequest } from './replace-request.js';
import type { Change, Replacement } from './replacement.js';

/** A larger file is read on a thread. */
const quickBytes = 64 * 1024;

/** Takes hold of every name of a group, locked and read as the request says, and commits at once what is decided already. */
export async function openGroup(request: ReplaceRequest, items: readonly Replacement[]): Promise<OpenTargetsResult> {
  const batch = openBatch(request, items);
  // Two native calls in one: the way to a thread and back takes about as long as opening a file.
  if (batch.commit) return request.addon.openTargets(batch);
  return openQuickly(request, items, batch) ?? request.addon.openTargets(batch);
}

const nothing = new Uint8Array();

/** What the addon is told to do with what was found, or will be. */
export function commitItem(index: number, decision: Change, foundType: number, durability: Durability): CommitItem {
  if (decision.action === 'remove') {
    return { index, data: nothing, mode: -1, create: false, remove: true, expectedHash: decision.verify, swap: false };
  }
  const { data, mode, verify } = decision;
  return {
    index,
    data,
    mode,
    remove: false,
    create: foundType === NativeEntryType.missing,
    expectedHash: verify,
    // Who asks for no durability and expects no content wants a plain rename.
    swap: foundType === NativeEntryType.file && (durability !== 'none' || verify !== null),
  };
}

/** What of a group crosses to the addon. */
export function openBatch(request: ReplaceRequest, items: readonly Replacement[]): OpenTargetsBatch {
  const modes = new Uint8Array(items.length);
  const createParents = new Uint8Array(items.length);
  const named: NamedPath[] = [];
  for (const { path, mode, parents } of items) {
    modes[named.length] = mode;
    createParents[named.length] = parents ? 1 : 0;
    named.push(path);
  }
  const { set, count, paths, roots, cancel } = packPaths(request.set, named, request.cancel);
  // Member by member: a spread would make V8 define each of the others one at a time.
  return {
    set,
    count,
    paths,
    roots,
    cancel,
    modes,
    createParents,
    durability: NativeDurability[request.durability],
    hash: request.read !== 'nothing',
    contents: request.read === 'contents',
    maxFileBytes: request.maxFileBytes,
    lock: request.locks.kind,
    given: new Uint32Array(request.locks.given),
    commit: commitAtOnce(request, items),
  };
}

/** null where nothing is decided before it was looked at, and where a first write still has to find out whose root it is. */
function commitAtOnce(request: ReplaceRequest, items: readonly Replacement[]): CommitAtOnce | null {
  const { owners, set, locks, durability, preserveMetadata, inPlace, origin } = request;
  const landedRoot = items[0]?.path.root ?? 0;
  const owner = owners.known(set, landedRoot);
  // Whether the caller's lock is that of the file is judged between the two.
  if (!owner || locks.required !== undefined) return null;
  const commits: CommitItem[] = [];
  for (const [index, { upfront }] of items.entries()) {
    if (upfront)
      commits.push(commitItem(index, { action: 'commit', mode: -1, ...upfront }, NativeEntryType.file, durability));
  }
  if (commits.length === 0) return null;
  return { items: commits, owner: owner.id, preserveMetadata, inPlace, origin, landedRoot };
}

/** One small file is opened without a thread: that takes less than handing it to one would. undefined: it is not that. */
function openQuickly(
  { addon, maxFileBytes }: ReplaceRequest,
  items: readonly Replacement[],
  batch: OpenTargetsBatch,
): OpenTargetsResult | undefined {
  const [item] = items;
  if (!item || items.length > 1 || item.parents) return undefined;
  const { type, byteLength, missingParents } = item.identity;
  if (byteLength === undefined || byteLength > quickBytes || type !== NativeEntryType.file || missingParents > 0) {
    return undefined;
  }
  // It may have grown since it was looked at.
  const opened = addon.openTargetsNow({ ...batch, maxFileBytes: Math.min(maxFileBytes, quickBytes) });
  if (opened.status[0] !== NativeFailure.tooLarge || maxFileBytes <= quickBytes) return opened;
  addon.closeTargets(opened.targets);
  return undefined;
}
