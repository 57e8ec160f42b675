import { ContentCache } from '../cache/content-cache.js';
import { Gate } from '../concurrency/gate.js';
import { loadAddon } from '../native/load.js';
import { readCgroupLimits, resolveLimits } from '../policy/limits.js';
import { openRootTable } from '../policy/root-table.js';
import { traced } from '../telemetry/call-trace.js';
import { MetricsRegistry } from '../telemetry/metrics.js';
import type { Limits, Workspace, WorkspaceOptions } from '../types.js';
import { type CheckedWorkspaceOptions, checkWorkspaceOptions } from './options.js';
import { watcherOf } from './watching.js';
import { RootedWorkspace } from './workspace.js';
import { WorkspaceState } from './workspace-state.js';

/**
 * Opens the roots, once, as directory handles, and removes what crashed processes left in them. Nothing is made in them
 * before the first write. The workspace holds its roots until `close`.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT for an unknown or wrong option; ERR_PLOKE_INVALID_PATH, ENOENT, ENOTDIR, EACCES for a
 * root; ERR_PLOKE_NATIVE_MISSING
 */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const checked = checkWorkspaceOptions(options);
  // No path is told of it.
  const site = { options: checked.normalized, redactor: { path: () => '' } };
  return traced(site, 'openWorkspace', () => openChecked(checked));
}

async function openChecked(checked: CheckedWorkspaceOptions): Promise<Workspace> {
  const { roots, symlinks, maxOpenFiles, cacheBytes, watch, normalized } = checked;
  const addon = loadAddon();
  const limits = resolveLimits({
    ...addon.processLimits(),
    option: maxOpenFiles,
    environment: process.env.PLOKE_IO_FD_LIMIT,
    cgroup: readCgroupLimits(),
  });
  const { allowHardLinks, allowMounts } = normalized;
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
  const state = new WorkspaceState({ addon, options: normalized, limits, metrics, cache, ...gates }, table);
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
  return new RootedWorkspace(state);
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
