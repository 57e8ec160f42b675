import type { Capabilities } from '../../../src/types.js';

/** Those of a local disk, with what a test changes. */
export function someCapabilities(changes: Partial<Capabilities> = {}): Capabilities {
  return {
    path: '/d',
    fileSystem: 'ext4',
    network: false,
    atomicReplace: true,
    exclusiveRename: true,
    exchangeRename: true,
    directorySync: 'ok',
    lockScope: 'host',
    kernelResolution: true,
    watch: 'native',
    timestampResolutionMs: 1e-6,
    caseSensitive: true,
    notes: [],
    ...changes,
  };
}
