import type { ContentHash } from '../types.js';
import type { Hints } from './hints.js';
import type { ContentAnswer } from './look-results.js';
import type { Observation } from './round.js';
import type { TreeReader } from './tree-reader.js';
import { isCoarse, leafState } from './watched-tree.js';

/**
 * Where stamps are coarse, somebody may write into what a call of this thread has left, within one tick, and neither size nor
 * time tells. So where the system tells of a write, and the stamp is the one that the call left, the content decides.
 *
 * Gives the observations; in those of which the content is what the call wrote, nothing has changed but what a stat tells.
 * Those that could not be read for lack of descriptors or memory are postponed.
 */
export async function findOwnContents(
  reader: TreeReader,
  observations: readonly Observation[],
  ownHashOf: (key: string, stamp: string) => ContentHash | null,
  postponed: Hints,
): Promise<readonly Observation[]> {
  const expected = new Map<Observation, ContentHash>();
  for (const observation of observations) {
    const hash = isDoubtful(observation) ? ownHashOf(...ownState(observation)) : null;
    if (hash !== null) expected.set(observation, hash);
  }
  if (expected.size === 0) return observations;
  const answers = new Map<Observation, ContentAnswer>();
  await reader.hash([...expected.keys()], (observation, answer) => answers.set(observation, answer));
  return observations.flatMap((observation) => {
    const answer = answers.get(observation);
    if (answer === undefined) return observation;
    if (answer === 'later') {
      postponed.addName(observation.parent, observation.name, observation.isContent);
      return [];
    }
    const isOwn = answer.hash === expected.get(observation) && answer.stamp === observation.state?.stamp;
    return isOwn ? { ...observation, isContent: false } : observation;
  });
}

function isDoubtful({ parent, name, state, isContent, isYoung }: Observation): boolean {
  if (state?.type !== 'file' || !isContent || !isYoung || parent.tree.isSilent) return false;
  const known = parent.children.get(name);
  return typeof known === 'string' && leafState(known).stamp === state.stamp && isCoarse(parent.tree, state.stamp);
}

function ownState({ parent, name, state }: Observation): [key: string, stamp: string] {
  return [`${parent.identity}/${name}`, state?.stamp ?? ''];
}
