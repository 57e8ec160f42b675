import { longestOrigin } from '../io/origin.js';
import type { Hints } from './hints.js';
import type { OriginAnswer } from './look-results.js';
import type { Observation } from './round.js';
import type { TreeReader } from './tree-reader.js';
import { leafState, versionOf } from './watched-tree.js';

/**
 * Asks files that a look has found who wrote them. What they answer was left behind by other processes, and whoever may
 * write a file can make it up.
 *
 * Gives the observations with the answers. A file that has changed since the look is observed as it is now: the answer is
 * about that version. Those that could not be asked for lack of descriptors or memory are postponed.
 */
export async function askOrigins(
  reader: TreeReader,
  observations: readonly Observation[],
  isAsked: (observation: Observation) => boolean,
  postponed: Hints,
): Promise<readonly Observation[]> {
  const asked = observations.filter((observation) => isNewContent(observation) && isAsked(observation));
  if (asked.length === 0) return observations;
  const answers = new Map<Observation, OriginAnswer>();
  await reader.askOrigins(asked, (observation, answer) => answers.set(observation, answer));
  return observations.flatMap((observation) => {
    const answer = answers.get(observation);
    if (answer === undefined) return observation;
    if (answer !== 'later') return answered(observation, answer);
    postponed.addName(observation.parent, observation.name, observation.isContent);
    return [];
  });
}

function answered(observation: Observation, { origin, state, isYoung }: Exclude<OriginAnswer, 'later'>): Observation {
  const isBelieved = origin !== undefined && origin.length <= longestOrigin;
  const now = { ...observation, state, isYoung };
  return isBelieved && isNewContent(now) ? { ...now, origin } : now;
}

/**
 * Whether what a look found is a change of a file's content. The same version with another time of its last status change
 * is what a chmod leaves behind, or another name: whoever did that is not who wrote the content.
 */
function isNewContent({ parent, name, state, isContent, isYoung }: Observation): boolean {
  if (state?.type !== 'file') return false;
  const known = parent.children.get(name);
  if (typeof known !== 'string') return true;
  const before = leafState(known);
  // See Round: the system told of a write although the stamp is that of before.
  if (before.stamp === state.stamp) return isContent && isYoung;
  return versionOf(before) !== versionOf(state);
}
