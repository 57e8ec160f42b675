import { unreachable } from '../errors/make.js';
import type { Capabilities } from '../types.js';
import type { Finding } from './diagnosis.js';
import type { LockObservation } from './observations.js';

const held = 'EWOULDBLOCK';

/** Whether locks are granted and exclude, and whom. */
export function judgeLocks(capabilities: Capabilities, seen: LockObservation): readonly Finding[] {
  const granting = judgeGranting(seen);
  // What does not exclude has no scope.
  return granting.severity === 'problem' ? [granting] : [granting, judgeScope(capabilities, seen)];
}

function judgeGranting(seen: LockObservation): Finding {
  const { first, second, after } = seen;
  const base = { id: 'locks', title: 'Locks', facts: { first, second, after, record: seen.record } };
  if (first === null) {
    const detail = 'Whether locks exclude was not tried, because no file could be written.';
    return { ...base, severity: 'note', detail };
  }
  const process = 'Open the workspace with locking: "process", if no other process changes these files.';
  if (first !== 'ok') {
    const detail = `flock is refused (${first}): every change of an existing file ends in ERR_PLOKE_LOCK_UNSUPPORTED.`;
    return { ...base, severity: 'problem', detail, advice: process };
  }
  if (second === 'ok') {
    const detail = 'Two descriptors were given an exclusive lock on one file at a time: locks exclude nobody.';
    return { ...base, severity: 'problem', detail, advice: process };
  }
  if (second !== held || after !== 'ok') {
    const detail = `A second descriptor was answered ${second}, and after the release ${after}, where EWOULDBLOCK and a lock are due.`;
    return { ...base, severity: 'problem', detail, advice: process };
  }
  return {
    ...base,
    severity: 'ok',
    detail: 'A second descriptor is refused while the first has the lock, and gets it then.',
  };
}

function judgeScope({ lockScope, network }: Capabilities, { record }: LockObservation): Finding {
  const recordConflicts = record === null ? null : record === held;
  const base = { id: 'lock-scope', title: 'Lock scope', facts: { lockScope, network, recordConflicts } };
  const other =
    recordConflicts === true
      ? ' Record locks (fcntl) exclude them too: programs must take one kind only on these files, which ploke-io does.'
      : '';
  switch (lockScope) {
    case 'cluster':
      return { ...base, severity: 'ok', detail: `Locks reach every host that has the file system mounted.${other}` };
    case 'host':
      if (!network) return { ...base, severity: 'ok', detail: `Locks reach every process of this host.${other}` };
      return {
        ...base,
        severity: 'warning',
        detail: `Locks reach this host only, although others may change the files.${other}`,
        advice:
          'Write from one host only, or mount without the options that keep locks local (nolock, local_lock, nobrl).',
      };
    case 'process':
    case 'none':
    case 'unproven':
      return {
        ...base,
        severity: 'warning',
        detail: `A lock that was granted proves nothing about other hosts or mounts.${other}`,
        advice:
          'Write through one mount only, and pass expectedHash: a version that somebody else wrote is then detected.',
      };
    default:
      return unreachable(lockScope, 'diagnose');
  }
}
