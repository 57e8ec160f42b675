import { onTestFinished } from 'vitest';
import { checkWorkspaceOptions } from '../../src/api/options.js';
import { checkWatch } from '../../src/api/watch-options.js';
import { watcherOf } from '../../src/api/watching.js';
import { WorkspaceState } from '../../src/api/workspace-state.js';
import { Gate } from '../../src/concurrency/gate.js';
import { createRedactor } from '../../src/errors/redactor.js';
import type { Watcher } from '../../src/events/watcher.js';
import type { WorkspaceOptions } from '../../src/index.js';
import type { NativeAddon } from '../../src/native/addon.js';
import { loadAddon } from '../../src/native/load.js';
import { openRootTable } from '../../src/policy/root-table.js';
import { MetricsRegistry } from '../../src/telemetry/metrics.js';

/** What comes between opening and committing needs them to be two calls. */
function apart(real: NativeAddon, disturbed: Partial<NativeAddon>): Partial<NativeAddon> {
  if (!disturbed.commitBatch) return disturbed;
  const { openTargets = real.openTargets } = disturbed;
  return { ...disturbed, openTargets: (batch) => openTargets({ ...batch, commit: null }) };
}

/**
 * The inside of a workspace over one root, closed when the test ends. `disturb` gets the real addon and may put something
 * between the library and it: another process that acts at just that moment, a failure of the system.
 */
export async function openState(
  root: string,
  disturb: (addon: NativeAddon) => Partial<NativeAddon> = () => ({}),
  options: Partial<WorkspaceOptions> = {},
) {
  const real = loadAddon();
  const { normalized, symlinks, redactPaths } = checkWorkspaceOptions({
    roots: [root],
    durability: 'none',
    ...options,
  });
  const table = await openRootTable(real, [root], {
    symlinks,
    allowHardLinks: true,
    allowMounts: true,
    operation: 'openWorkspace',
  });
  const state = new WorkspaceState(
    {
      addon: { ...real, ...apart(real, disturb(real)) },
      options: normalized,
      limits: { maxOpenFiles: 8, source: 'option', openFileLimit: null, notes: ['a note'] },
      metrics: new MetricsRegistry(),
      redactor: createRedactor(redactPaths),
      gate: new Gate(6),
      streams: new Gate(2),
      cache: undefined,
    },
    table,
  );
  onTestFinished(() => state.close(undefined));
  return state;
}

/** Watches the roots of a state, without a debounce, until the test ends. */
export async function startWatcher(state: WorkspaceState): Promise<Watcher> {
  const options = checkWatch('test', { debounceMs: 0 });
  if (!options) throw new Error('nothing is watched');
  const watcher = watcherOf(state, options);
  state.watcher = watcher;
  onTestFinished(() => watcher.close());
  await watcher.rootsChanged();
  return watcher;
}
