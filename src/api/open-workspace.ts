import { ContentCache } from '../cache/content-cache.js';
import { Gate } from '../concurrency/gate.js';
import { createRedactor, type Redactor } from '../errors/redactor.js';
import { loadAddon } from '../native/load.js';
import { hostSpelling } from '../platform/path-spelling.js';
import { readCgroupLimits, resolveLimits } from '../policy/limits.js';
import { openRootTable, parseRoots } from '../policy/root-table.js';
import { traced } from '../telemetry/call-trace.js';
import { MetricsRegistry } from '../telemetry/metrics.js';
import type { Limits, Workspace, WorkspaceOptions } from '../types.js';
import { type CheckedWorkspaceOptions, checkWorkspaceOptions, redactionAskedFor } from './options.js';
import { RedactingWorkspace } from './redacting-workspace.js';
import { watcherOf } from './watching.js';
import { RootedWorkspace } from './workspace.js';
import { WorkspaceState } from './workspace-state.js';

/**
 * Opens the roots, once, as directory handles, and removes what crashed processes left in them. Nothing is made in them
 * before the first write. The workspace holds its roots until `close`.
 *
 * @example
 * ```ts
 * import { openWorkspace } from 'ploke-io';
 *
 * const other = await openWorkspace({ roots: [`${root}/src`], symlinks: 'deny' });
 * console.log(other.roots.length); // → 1
 * await other.close();
 * ```
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT for an unknown or wrong option; ERR_PLOKE_INVALID_PATH, ENOENT, ENOTDIR, EACCES for a
 * root; ERR_PLOKE_NATIVE_MISSING
 */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const checked = checkedOptions(options);
  const redactor = createRedactor(checked.redactPaths);
  try {
    const site = { options: checked.normalized, redactor };
    const state = await traced(site, 'openWorkspace', () => openState(checked, redactor));
    const workspace = new RootedWorkspace(state);
    return redactor.mode === 'none' ? workspace : new RedactingWorkspace(workspace, redactor);
  } catch (error) {
    throw redactor.error(error);
  }
}

function checkedOptions(options: WorkspaceOptions): CheckedWorkspaceOptions {
  try {
    return checkWorkspaceOptions(options);
  } catch (error) {
    throw createRedactor(redactionAskedFor(options)).error(error);
  }
}

async function openState(options: CheckedWorkspaceOptions, redactor: Redactor): Promise<WorkspaceState> {
  const { symlinks, maxOpenFiles, cacheBytes, watch, normalized } = options;
  const addon = loadAddon();
  const limits = resolveLimits({
    ...addon.processLimits(),
    option: maxOpenFiles,
    environment: process.env.PLOKE_IO_FD_LIMIT,
    cgroup: readCgroupLimits(),
  });
  const { allowHardLinks, allowMounts } = normalized;
  const roots = parseRoots(options.roots, 'openWorkspace');
  redactor.useRoots(() => roots.map(hostSpelling.spell));
  const table = await openRootTable(addon, roots, {
    symlinks,
    allowHardLinks,
    allowMounts,
    operation: 'openWorkspace',
  });
  const metrics = new MetricsRegistry();
  const gates = gatesOf(limits, metrics);
  const cache = cacheBytes === undefined ? undefined : new ContentCache(addon, cacheBytes);
  if (cache) metrics.addCounters(() => cache.counters());
  const state = new WorkspaceState({ addon, options: normalized, limits, metrics, redactor, cache, ...gates }, table);
  try {
    await state.sweep('openWorkspace');
    if (watch) {
      state.watcher = watcherOf(state, watch);
      await state.watcher.rootsChanged();
    }
  } catch (error) {
    await state.close(undefined);
    throw error;
  }
  return state;
}

/**
 * The permits, divided: what is read and written never holds them for long, but a stream may be forgotten half-read, so
 * streams have a quarter that is theirs alone, and no more.
 */
function gatesOf(limits: Limits, metrics: MetricsRegistry): { readonly gate: Gate; readonly streams: Gate } {
  const forStreams = Math.max(1, Math.floor(limits.maxOpenFiles / 4));
  return {
    gate: new Gate(limits.maxOpenFiles - forStreams, {
      onWaited: (waitedMs) => metrics.observe('gate.wait.ms', waitedMs),
    }),
    streams: new Gate(forStreams, { onWaited: (waitedMs) => metrics.observe('streams.wait.ms', waitedMs) }),
  };
}
