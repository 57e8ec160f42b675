import type { Capabilities } from '../types.js';
import type { Finding } from './diagnosis.js';
import type { InotifyObservation, WatchObservation } from './observations.js';

/** Above this share of a limit the rest may be used up by the next program. */
const tightShare = 0.8;
/** A source tree with its dependencies easily has ten thousand directories, each with a watch. */
const fewWatches = 16_384;
const fewInstances = 64;

/** Whether changes are told. `inotify`: null on other systems. */
export function judgeWatch(
  capabilities: Capabilities,
  seen: WatchObservation,
  inotify: InotifyObservation | null,
): readonly Finding[] {
  const delivery = judgeDelivery(capabilities, seen);
  return inotify === null ? [delivery] : [delivery, judgeInotify(inotify)];
}

function judgeDelivery({ watch, network }: Capabilities, { delivered, failure }: WatchObservation): Finding {
  const base = { id: 'watch', title: 'Watching', facts: { backend: watch, delivered, failure } };
  if (failure !== null) {
    return {
      ...base,
      severity: 'warning',
      detail: `The directory cannot be watched (${failure}): the events of a workspace come from polling, with "degraded" events that say so.`,
      advice:
        failure === 'ENOSPC'
          ? 'Raise fs.inotify.max_user_watches, or have fewer programs watch large trees.'
          : failure === 'EMFILE'
            ? 'Raise fs.inotify.max_user_instances, or have fewer programs watch.'
            : 'Use watch: { backend: "polling" }, and raise pollIntervalMs for a large tree.',
    };
  }
  if (network) {
    return {
      ...base,
      severity: 'note',
      detail: `Of changes by other hosts there are no events, so the tree is polled.${delivered === true ? ' Those of this host were told.' : ''}`,
      advice: 'Set watch.pollIntervalMs to how late a change may be told: shorter costs the server more.',
    };
  }
  if (delivered === null) {
    const detail = 'Whether events come was not tried, because no file could be written.';
    return { ...base, severity: 'note', detail };
  }
  if (delivered) return { ...base, severity: 'ok', detail: `The event of a file that was written came (${watch}).` };
  return {
    ...base,
    severity: 'warning',
    detail: 'No event came of a file that was written.',
    advice: 'Open the workspace with watch: { backend: "polling" }.',
  };
}

function judgeInotify(seen: InotifyObservation): Finding {
  const { maxWatches, maxInstances, usedWatches, usedInstances } = seen;
  const base = {
    id: 'inotify',
    title: 'Limits of inotify',
    facts: { maxWatches, maxInstances, usedWatches, usedInstances },
  };
  const detail = `Of this user, ${usedWatches} of ${maxWatches ?? 'an unknown number of'} watches and ${usedInstances} of ${maxInstances ?? 'an unknown number of'} instances are seen in use; a directory needs a watch, a workspace an instance.`;
  const tight = [
    ...(isTight(usedWatches, maxWatches, fewWatches) ? ['fs.inotify.max_user_watches'] : []),
    ...(isTight(usedInstances, maxInstances, fewInstances) ? ['fs.inotify.max_user_instances'] : []),
  ];
  if (tight.length === 0) return { ...base, severity: 'ok', detail };
  const advice = `Raise ${tight.join(' and ')} with sysctl: directories without a watch are polled.`;
  return { ...base, severity: 'warning', detail, advice };
}

function isTight(used: number, limit: number | null, few: number): boolean {
  return limit !== null && (limit < few || used >= limit * tightShare);
}
