import type { ContentHash } from '../types.js';
import type { Observation } from './round.js';
import type { TreeReader } from './tree-reader.js';
import { isCoarse, leafState } from './watched-tree.js';

/**
 * Where stamps are coarse, somebody may write into what a call of this thread has left, within one tick, and neither size nor
 * time tells. So where the system tells of a write, and the stamp is the one that the call left, the content decides.
 *
 * Gives the observations; in those of which the content is what the call wrote, nothing has changed but what a stat tells.
 */
export async function findOwnContents(
  reader: TreeReader,
  observations: readonly Observation[],
  ownHashOf: (key: string, stamp: string) => ContentHash | null,
): Promise<readonly Observation[]> {
  const expected = new Map<Observation, ContentHash>();
  for (const observation of observations) {
    const hash = isDoubtful(observation) ? ownHashOf(...ownState(observation)) : null;
    if (hash !== null) expected.set(observation, hash);
  }
  if (expected.size === 0) return observations;
  const confirmed = new Set<Observation>();
  await reader.hash([...expected.keys()], (observation, { hash, stamp }) => {
    if (hash === expected.get(observation) && stamp === observation.state?.stamp) confirmed.add(observation);
  });
  return observations.map((observation) =>
    confirmed.has(observation) ? { ...observation, isContent: false } : observation,
  );
}

function isDoubtful({ parent, name, state, isContent, isYoung }: Observation): boolean {
  if (state?.type !== 'file' || !isContent || !isYoung || parent.tree.isSilent) return false;
  const known = parent.children.get(name);
  return typeof known === 'string' && leafState(known).stamp === state.stamp && isCoarse(parent.tree, state.stamp);
}

function ownState({ parent, name, state }: Observation): [key: string, stamp: string] {
  return [`${parent.identity}/${name}`, state?.stamp ?? ''];
}
