import { constants } from 'node:os';
import { internalError } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { Watcher } from '../events/watcher.js';
import type { WatcherHost, WatcherOptions } from '../events/watcher-host.js';
import { watchTraits } from '../io/watch-traits.js';
import type { NativeAddon } from '../native/addon.js';
import type { RootInfo } from '../native/batch.js';
import { gateFor, inNative } from '../operation/traced.js';
import { hostSpelling } from '../platform/path-spelling.js';
import { IgnoreRules } from '../policy/ignore-rules.js';
import { isReserved } from '../policy/reserved-names.js';
import { traced } from '../telemetry/call-trace.js';
import type { WorkspaceState } from './workspace-state.js';

const operation = 'events';
const { ENOENT, ENOTDIR, ELOOP } = constants.errno;
/** Which prove that no directory lies at a path; anything else says nothing of it. */
const absences: ReadonlySet<number> = new Set([ENOENT, ENOTDIR, ELOOP]);

/** A watcher of the roots of a workspace, which is yet to be started. */
export function watcherOf(state: WorkspaceState, options: WatcherOptions): Watcher {
  const { addon, gate } = state;
  const look = <T>(work: () => Promise<T>): Promise<T> =>
    traced(state, 'look', (trace) => gateFor(trace, gate).run(1, undefined, () => inNative(trace, work()), operation));
  const host: WatcherHost = {
    addon,
    source: state,
    sharesOrigins: state.options.shareOrigin,
    lease: () => state.leaseForWatcher(),
    run: look,
    ignores: ignoresOf(state),
    innerRoots: (root) => innerRoots(root, state.roots),
    traitsOf: (root, identity, asked) =>
      watchTraits(root, identity, asked, (directory) => openedRoot(addon, directory).catch(() => undefined)),
    identityAt: async (path) => {
      try {
        return (await openedRoot(addon, path)).identity;
      } catch (reason) {
        const { status } = (reason ?? {}) as { readonly status?: number };
        return status !== undefined && absences.has(status) ? null : undefined;
      }
    },
    changed: ({ replacedStamp }) => {
      state.metrics.count('watch.changes');
      if (replacedStamp !== undefined) state.cache?.forget(replacedStamp);
    },
    warn: (warning) => state.warn(warning),
    count: (metric, by) => state.metrics.count(metric, by),
    failed: (error) => {
      const isExpected = error instanceof PlokeIoError && error.severity === 'fatal';
      if (!isExpected) state.poison(internalError(operation, error));
      return isExpected;
    },
  };
  return new Watcher(host, options);
}

/** What the addon tells of a directory, which is not held. */
async function openedRoot(addon: NativeAddon, path: string): Promise<Omit<RootInfo, 'root'>> {
  const { root, ...facts } = await addon.openRoot(hostSpelling.textOf(path));
  addon.closeRoot(root);
  return facts;
}

/** Names of ploke-io itself, and what the workspace ignores. */
function ignoresOf(state: WorkspaceState): WatcherHost['ignores'] {
  const { ignore: patterns } = state.options;
  const rules = IgnoreRules.ofRoot(patterns);
  // A pattern for directories alone says nothing of a file, and what is below an ignored directory is never asked for.
  const concernsFiles = patterns.some((pattern) => !pattern.trimEnd().endsWith('/') || pattern.startsWith('!'));
  let known: { readonly roots: readonly string[]; readonly inner: Map<string, readonly string[]> } | undefined;
  const innerOf = (root: string): readonly string[] => {
    if (known?.roots !== state.roots) known = { roots: state.roots, inner: new Map() };
    const inner = known.inner.get(root) ?? innerRoots(root, known.roots);
    known.inner.set(root, inner);
    return inner;
  };
  return (root, relative, byPatternsAlone = false) => {
    const isDirectory = relative.endsWith('/');
    const path = isDirectory ? relative.slice(0, -1) : relative;
    if (isReserved(path)) return true;
    const inner = innerOf(root);
    if (!isDirectory && !concernsFiles && inner.length === 0) return false;
    if (!rules.ignores(relative)) return false;
    if (byPatternsAlone) return true;
    // A root that lies below another is watched, whatever the patterns say of the way to it.
    if (inner.some((below) => below === path || (isDirectory && below.startsWith(relative)))) return false;
    const holder = inner.find((below) => path.startsWith(`${below}/`));
    return holder === undefined || rules.ignores(relative.slice(holder.length + 1));
  };
}

/** Configured roots that another one has absorbed, by their paths below it; the innermost first. */
function innerRoots(root: string, roots: readonly string[]): readonly string[] {
  const below = roots.flatMap((other) => hostSpelling.below(root, other) ?? []);
  return below.sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
}
