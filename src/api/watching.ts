import { internalError } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { Watcher } from '../events/watcher.js';
import type { WatcherHost, WatcherOptions } from '../events/watcher-host.js';
import { watchTraits } from '../io/watch-traits.js';
import { IgnoreRules } from '../policy/ignore-rules.js';
import { isReserved } from '../policy/reserved-names.js';
import type { WorkspaceState } from './workspace-state.js';

const operation = 'events';

/** A watcher of the roots of a workspace, which is yet to be started. */
export function watcherOf(state: WorkspaceState, options: WatcherOptions): Watcher {
  const { addon, gate } = state;
  const host: WatcherHost = {
    addon,
    source: state,
    lease: () => state.leaseForWatcher(),
    run: (work) => gate.run(1, undefined, work, operation),
    ignores: ignoresOf(state.options.ignore),
    traitsOf: async (root, identity, asked) =>
      asked === 'auto' ? watchTraits(root, identity) : { backend: asked, degraded: undefined },
    identityAt: async (path) => {
      try {
        const { root, identity } = await addon.openRoot(path);
        addon.closeRoot(root);
        return identity;
      } catch {
        // Whatever the reason is: it is not there to be watched.
        return undefined;
      }
    },
    changed: () => state.metrics.count('watch.changes'),
    warn: (warning) => state.warn(warning),
    count: (metric, by) => state.metrics.count(metric, by),
    failed: (error) => {
      const isExpected = error instanceof PlokeIoError && error.severity === 'fatal';
      if (!isExpected) state.poison(internalError(operation, error));
    },
  };
  return new Watcher(host, options);
}

/** Names of ploke-io itself, and what the workspace ignores. */
function ignoresOf(patterns: readonly string[]): (relative: string) => boolean {
  const rules = IgnoreRules.ofRoot(patterns);
  // A pattern for directories alone says nothing of a file, and what is below an ignored directory is never asked for.
  const concernsFiles = patterns.some((pattern) => !pattern.trimEnd().endsWith('/') || pattern.startsWith('!'));
  return (relative) => {
    const isDirectory = relative.endsWith('/');
    if (isReserved(isDirectory ? relative.slice(0, -1) : relative)) return true;
    return (isDirectory || concernsFiles) && rules.ignores(relative);
  };
}
