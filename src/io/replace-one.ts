import type { OpenTargetsResult } from '../native/change-batches.js';
import { committedOutcome, foundAt } from './commit-outcome.js';
import { exhaustedItems } from './exhaustion.js';
import { deviceOf } from './identify.js';
import { openBatch } from './open-group.js';
import { Group } from './replace.js';
import type { ReplaceRequest } from './replace-request.js';
import type { Committed, Replacement, ReplaceOutcome } from './replacement.js';
import { staleItems } from './stale-files.js';

/**
 * `replaceGroup` of one file whose new content is known before it is opened, in one native call. undefined: somebody holds
 * its lock, or something is still to be found out; nothing was begun, and replaceGroup is the one to do it.
 */
export async function replaceOne(request: ReplaceRequest, item: Replacement): Promise<ReplaceOutcome | undefined> {
  const items = [item];
  const batch = openBatch(request, items);
  if (!batch.commit) return undefined;
  const opened = await request.addon.openTargets(batch);
  try {
    const plain = plainOutcome(request, item, opened);
    if (plain || opened.blocked >= 0) return plain;
    const group = new Group(request, items, opened);
    await group.commit(await group.judge());
    const { status, outcomes } = group.result;
    return exhaustedItems(status).length + staleItems(status).length > 0 ? undefined : outcomes[0];
  } finally {
    request.addon.closeTargets(opened.targets);
  }
}

/** Where it was committed at once, and there is nothing else to tell. */
function plainOutcome(request: ReplaceRequest, item: Replacement, opened: OpenTargetsResult): Committed | undefined {
  const { committed, atOnce } = opened;
  const kind = request.devices.known(deviceOf(item.identity));
  if (!item.upfront || !kind || !committed || atOnce?.length !== 1 || committed.status[0] !== 0) return undefined;
  const facts = { index: 0, position: 0, item, found: foundAt(opened, 0), ...item.upfront, kind };
  return committedOutcome(request, opened, committed, facts);
}
