import type { Capabilities } from '../types.js';
import type { Finding } from './diagnosis.js';
import type { FileSystemObservation } from './observations.js';

/** What file system it is, and how paths are resolved in it. */
export function judgeFileSystem(capabilities: Capabilities, seen: FileSystemObservation): readonly Finding[] {
  return [judgeKind(capabilities, seen), judgeResolution(capabilities)];
}

function judgeKind({ fileSystem, network, notes }: Capabilities, seen: FileSystemObservation): Finding {
  const { mount, isVolatile } = seen;
  const facts = {
    fileSystem,
    network,
    volatile: isVolatile,
    mountSource: mount?.source ?? null,
    readOnly: mount?.isReadOnly ?? null,
  };
  const base = { id: 'file-system', title: 'File system', facts };
  const from = mount === undefined ? '' : ` from ${mount.source}`;
  const detail = [`${fileSystem}${from}.`, ...notes].join(' ');
  if (isVolatile) {
    const advice = 'Keep files that must survive a restart elsewhere: receipts here say durability "none".';
    return { ...base, severity: 'warning', detail, advice };
  }
  if (network) {
    const advice = 'Look at the receipts: durability is at most "delegated" here, and the lock is what its scope says.';
    return { ...base, severity: 'note', detail, advice };
  }
  return { ...base, severity: 'ok', detail };
}

function judgeResolution({ kernelResolution }: Capabilities): Finding {
  const base = { id: 'resolution', title: 'Path resolution', facts: { kernelResolution } };
  if (kernelResolution) {
    return { ...base, severity: 'ok', detail: 'The kernel resolves paths beneath the roots in one call.' };
  }
  return {
    ...base,
    severity: 'note',
    detail: 'Paths are walked one name at a time: as safe, and slower in deep trees.',
    advice:
      'On Linux, use a kernel from 5.6 on, allow openat2 in the container’s seccomp profile, and unset PLOKE_IO_FORCE_WALK.',
  };
}
