import type { NativeRoot } from '../native/batch.js';
import type { ResolverEntry } from './resolve.js';

/** A root that has been opened. */
export interface OpenedRoot {
  /** As configured, as parsePathArgument has it. */
  readonly path: string;
  readonly root: NativeRoot;
  /** Where it really lies, links resolved; on Windows `C:/a` or `//host/share/a`. */
  readonly canonicalPath: string;
  /** `device:inode`. */
  readonly identity: string;
}

export interface RootLayout {
  /** Those that no other root holds, in the order of configuration: their index is the root's number. */
  readonly roots: readonly OpenedRoot[];
  /** Every spelling of every root, absorbed ones included; no spelling twice. */
  readonly entries: readonly ResolverEntry[];
}

/**
 * Decides which roots are roots of their own. One that lies beneath another by its canonical path is absorbed: its
 * spellings lead into the outer one, so that links between the two are not links between roots. The same directory
 * configured twice is one root.
 */
export function arrangeRoots(opened: readonly OpenedRoot[]): RootLayout {
  const roots = opened.filter((root, index) => !opened.some((other, at) => absorbs(other, at, root, index)));
  const entries = new Map<string, ResolverEntry>();
  const add = (spelling: string, configured: OpenedRoot): void => {
    const outer = roots.findIndex((root) => root === configured || holds(root, configured));
    if (entries.has(spelling) || outer < 0) return;
    const outerPath = roots[outer]?.canonicalPath ?? '';
    const prefix = configured.canonicalPath.slice(insideOf(outerPath).length);
    entries.set(spelling, { spelling, root: outer, prefix, configured: configured.path });
  };
  // What was configured means what it says, even where it is also the canonical path of another root.
  for (const root of opened) add(root.path, root);
  for (const root of opened) add(root.canonicalPath, root);
  return { roots, entries: [...entries.values()] };
}

/** Of two that hold each other, the same directory twice, the first one stays. */
function absorbs(other: OpenedRoot, otherIndex: number, root: OpenedRoot, index: number): boolean {
  if (other === root || !holds(other, root)) return false;
  return !holds(root, other) || otherIndex < index;
}

/**
 * Whether `inner` is `outer` or lies beneath it. The same identity under another path is a bind mount, whose options may
 * differ (read-only): that stays a root of its own. Another identity under the same path is a directory that was replaced.
 */
function holds(outer: OpenedRoot, inner: OpenedRoot): boolean {
  if (outer.canonicalPath === inner.canonicalPath) return outer.identity === inner.identity;
  return inner.canonicalPath.startsWith(insideOf(outer.canonicalPath));
}

/** What the paths of all that lies in a directory begin with; `/` and `C:/` end in a slash themselves. */
function insideOf(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
