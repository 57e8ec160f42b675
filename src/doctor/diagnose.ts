import { openWorkspace } from '../api/open-workspace.js';
import { throwIfAborted } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { fileSystemKind } from '../io/file-system-kind.js';
import { findMount, readMountTable } from '../io/mount-table.js';
import { packPaths } from '../io/path-batch.js';
import type { NativeAddon } from '../native/addon.js';
import { loadAddon } from '../native/load.js';
import { hostSpelling } from '../platform/path-spelling.js';
import { checkInteger, checkOptions, checkSignal, optional } from '../policy/arguments.js';
import { readCgroupLimits } from '../policy/cgroup.js';
import { parsePathArgument } from '../policy/path-argument.js';
import { openRootTable } from '../policy/root-table.js';
import type { PathInput } from '../types.js';
import { type DiagnoseOptions, type Diagnosis, type Finding, worstOf } from './diagnosis.js';
import { judgeFileSystem } from './judge-file-system.js';
import { judgeFiles } from './judge-files.js';
import { judgeLeftovers } from './judge-leftovers.js';
import { judgeLocks } from './judge-locks.js';
import { judgeMissingAddon, judgeProgram } from './judge-program.js';
import { judgeSystem } from './judge-system.js';
import { judgeWatch } from './judge-watch.js';
import type { FileSystemObservation } from './observations.js';
import { observeDirectory, type ProbedRoot } from './observe-directory.js';
import { observeDescriptors, observeInotify, observeSpace, observeVersions } from './observe-system.js';

const operation = 'diagnose';
const defaultWatchTimeoutMs = 1_000;
const maxWatchTimeoutMs = 60_000;

/**
 * Looks at what the file system at a path, and this process, really do, and says what that means for a workspace there. It
 * writes small files into the directory and removes them again, also when it fails or is aborted; a workspace is opened, so
 * that what crashed processes left there is removed. Of a file, the directory that it lies in is looked at.
 *
 * @example
 * ```js
 * import { diagnose } from 'ploke-io/doctor';
 * const { severity, findings } = await diagnose('/srv/project');
 * for (const { title, advice } of findings) if (advice) console.log(`${title}: ${advice}`);
 * ```
 * @throws ERR_PLOKE_INVALID_ARGUMENT, ERR_PLOKE_INVALID_PATH, ABORT_ERR; ENOENT, EACCES and other codes of open(2) where the
 * directory cannot be opened. That the addon is missing is a finding.
 */
export async function diagnose(path: PathInput, options?: DiagnoseOptions): Promise<Diagnosis> {
  const given = checkOptions(operation, options, ['watchTimeoutMs', 'signal']);
  const signal = checkSignal(operation, given.signal);
  const watchTimeoutMs = optional(given.watchTimeoutMs, defaultWatchTimeoutMs, (value) =>
    checkInteger(operation, 'watchTimeoutMs', value, { max: maxWatchTimeoutMs }),
  );
  const asked = parsePathArgument(path, operation);
  throwIfAborted(signal, operation);
  const addon = addonOrError();
  if (addon instanceof PlokeIoError) return withoutAddon(hostSpelling.spell(asked), addon);
  const directory = await openableDirectory(addon, asked);
  return examine(addon, hostSpelling.spell(asked), directory, watchTimeoutMs, signal);
}

async function examine(
  addon: NativeAddon,
  path: string,
  directory: string,
  watchTimeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Diagnosis> {
  await using workspace = await openWorkspace({ roots: [directory], symlinks: 'follow' });
  const capabilities = await workspace.capabilities();
  throwIfAborted(signal, operation);
  const { seen, fileSystem } = await withRoot(addon, directory, async (root) => ({
    seen: await observeDirectory(root, watchTimeoutMs, signal),
    fileSystem: await observeFileSystem(root),
  }));
  throwIfAborted(signal, operation);
  const versions = observeVersions();
  const descriptors = await observeDescriptors(addon.processLimits());
  const inotify = await observeInotify();
  const findings = [
    ...judgeProgram(versions, addon.hashIsHost()),
    ...judgeFileSystem(capabilities, fileSystem),
    ...judgeFiles(capabilities, seen),
    ...judgeLocks(capabilities, seen.locks),
    ...judgeWatch(capabilities, seen.watch, inotify),
    ...judgeSystem(workspace.limits, descriptors, readCgroupLimits(), fileSystem.space),
    ...judgeLeftovers(workspace.warnings),
  ];
  const { limits } = workspace;
  return { path, directory, severity: worstOf(findings), findings, capabilities, limits, versions };
}

/** Nothing of ours can be looked at. */
function withoutAddon(path: string, error: PlokeIoError): Diagnosis {
  const findings: readonly Finding[] = [judgeMissingAddon(error)];
  const versions = observeVersions();
  return {
    path,
    directory: path,
    severity: worstOf(findings),
    findings,
    capabilities: null,
    limits: null,
    versions,
  };
}

function addonOrError(): NativeAddon | PlokeIoError {
  try {
    return loadAddon();
  } catch (error) {
    if (error instanceof PlokeIoError && error.code === 'ERR_PLOKE_NATIVE_MISSING') return error;
    throw error;
  }
}

/** The path, or where that is no directory the one it lies in. */
async function openableDirectory(addon: NativeAddon, text: string): Promise<string> {
  const open = (at: string): Promise<string> => withRoot(addon, hostSpelling.spell(at), async ({ path }) => path);
  try {
    return await open(text);
  } catch (error) {
    if (!(error instanceof PlokeIoError) || error.code !== 'ENOTDIR' || text.endsWith('/')) throw error;
    return open(hostSpelling.textOf(hostSpelling.directoryOf(hostSpelling.spell(text))));
  }
}

async function withRoot<T>(addon: NativeAddon, directory: string, work: (root: ProbedRoot) => Promise<T>): Promise<T> {
  const policy = { symlinks: 'follow', allowHardLinks: true, allowMounts: true, operation } as const;
  const table = await openRootTable(addon, [directory], policy);
  const lease = table.lease();
  try {
    const [path = directory] = lease.rootPaths;
    return await work({ addon, set: lease.set, path });
  } finally {
    lease.release();
    await table.close();
  }
}

async function observeFileSystem({ addon, set, path }: ProbedRoot): Promise<FileSystemObservation> {
  const probe = await addon.probeDirectory(packPaths(set, [{ root: 0, relative: '' }]));
  const mount = findMount((await readMountTable()) ?? [], probe.mountId, probe.device);
  return {
    mount: mount && { type: mount.type, source: mount.source, isReadOnly: mount.options.has('ro') },
    isVolatile: fileSystemKind(probe.magic, probe).volatile,
    space: await observeSpace(path),
  };
}
