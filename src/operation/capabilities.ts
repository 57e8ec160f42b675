import { constants, release } from 'node:os';
import { internalError, throwIfAborted } from '../errors/make.js';
import { replaceResult, retryExhausted } from '../io/exhaustion.js';
import { fileSystemKind } from '../io/file-system-kind.js';
import { describeFileSystem, type FileSystemTraits } from '../io/file-system-traits.js';
import { findMount, type Mount, mountTablePath, readMountTable } from '../io/mount-table.js';
import { packPaths } from '../io/path-batch.js';
import { describeWindowsVolume, onWindows, replacesAtomically } from '../io/windows-volume.js';
import type { ProbeResult } from '../native/addon.js';
import { failureFrom } from '../native/failure.js';
import { hostPlatform } from '../platform/host.js';
import { parentOf } from '../policy/resolve.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { Capabilities, PathInput } from '../types.js';
import type { OperationContext } from './context.js';
import { inReadScope, type ReadScope } from './read-scope.js';

const operation = 'capabilities';

/** A file system that answers nothing else to what it does not implement (fsync(2), rename(2)). */
const unsupportedCodes: ReadonlySet<number> = new Set([
  constants.errno.EINVAL,
  constants.errno.ENOTSUP,
  constants.errno.EOPNOTSUPP,
  constants.errno.ENOSYS,
]);

/**
 * What the file system at a path can do: probed where it can be (with temporary files, which are removed again), known
 * where it was measured, and else assumed; `notes` say what is assumed, and why. Default: the first root. Of a file, its
 * directory is looked at.
 *
 * @throws the codes of the policy, and those of the system
 */
export async function capabilities(context: OperationContext, path?: PathInput): Promise<Capabilities> {
  return inReadScope(context, operation, undefined, async (scope) => {
    const [firstRoot] = scope.lease.rootPaths;
    const target = scope.lease.resolve(path === undefined ? firstRoot : path, operation);
    scope.trace?.about(target.path);
    const probe = await probeDirectoryOf(scope, target);
    const kind = fileSystemKind(probe.magic, probe);
    if (hostPlatform === 'win32') {
      return compose(target.path, probe, describeWindowsVolume(onWindows(kind)), undefined, hostPlatform);
    }
    const mount = findMount((await readMountTable()) ?? [], probe.mountId, probe.device);
    return compose(target.path, probe, describeFileSystem(kind, mount, release()), mount, hostPlatform);
  });
}

async function probeDirectoryOf(scope: ReadScope, target: ResolvedPath): Promise<ProbeResult> {
  const probe = await probeDirectory(scope, target);
  const parent = target.wantsDirectory ? undefined : parentOf(target);
  const found =
    probe.status === constants.errno.ENOTDIR && parent !== undefined ? await probeDirectory(scope, parent) : probe;
  if (found.status === 0) return found;
  throw failureFrom(scope.context.addon, found.status, found.syscall, { operation, path: target.path });
}

async function probeDirectory(scope: ReadScope, directory: ResolvedPath): Promise<ProbeResult> {
  const { addon, gate, lease, cancel, signal } = scope;
  const run = async () => {
    const ask = () => addon.probeDirectory(packPaths(lease.set, [directory], cancel));
    const probe = await gate.run(1, signal, ask, operation);
    return { status: Int32Array.of(probe.status), syscalls: Uint8Array.of(probe.syscall), probe };
  };
  const { probe } = await retryExhausted(run, replaceResult, signal);
  throwIfAborted(signal, operation);
  if (probe === undefined) throw internalError(operation, 'a probe without a result');
  return probe;
}

/** All that is known of a directory, put together. */
export function compose(
  path: string,
  probe: ProbeResult,
  traits: FileSystemTraits,
  mount: Mount | undefined,
  platform: NodeJS.Platform,
): Capabilities {
  const notes = [...traits.notes];
  if (mount === undefined && platform === 'linux') {
    notes.push(`The mount was not found in ${mountTablePath}, so the file system is told by its magic number alone.`);
  }
  if (probe.exclusiveRename === null) {
    notes.push('Nothing may be written here, so what renames can do was not probed: they are taken as not supported.');
  }
  if (probe.caseSensitive === null) notes.push('Whether case matters could not be probed: it is taken to matter.');
  if (traits.network) notes.push('Changes by other hosts cause no events here, so the directory has to be polled.');
  return {
    path,
    fileSystem: traits.name,
    network: traits.network,
    // rename(2), by POSIX; a file system that breaks it is not known. Windows promises nothing for all of them.
    atomicReplace: platform !== 'win32' || replacesAtomically(traits),
    exclusiveRename: probe.exclusiveRename ?? false,
    exchangeRename: probe.exchangeRename ?? false,
    directorySync: directorySync(probe.directorySync, traits),
    lockScope: traits.lockScope,
    kernelResolution: probe.kernelResolution,
    watch: traits.network ? 'polling' : platform === 'linux' ? 'native' : 'chokidar',
    timestampResolutionMs: traits.timestampResolutionMs,
    caseSensitive: probe.caseSensitive ?? true,
    notes,
  };
}

function directorySync(errno: number, traits: FileSystemTraits): Capabilities['directorySync'] {
  if (errno === 0) return traits.directorySync;
  return unsupportedCodes.has(errno) ? 'unsupported' : 'unproven';
}
