import { PlokeIoError } from '../errors/ploke-io-error.js';
import { addAll, type Backends } from './backends.js';
import { type Commit, type Commits, firstOf } from './commits.js';
import type { EntryChange } from './entry-change.js';
import type { FileEventBody } from './file-event.js';
import { Hints, type Place } from './hints.js';
import type { Looks } from './looks.js';
import type { Reconciler } from './reconciler.js';
import type { RootTrees } from './root-trees.js';
import { tellDifferences } from './tree-difference.js';
import type { TreeEditor } from './tree-editor.js';
import type { WatchTroubles } from './watch-troubles.js';
import { DirectoryNode, directoriesFrom, leafState, WatchedTree } from './watched-tree.js';
import type { WatcherHost } from './watcher-host.js';

export interface WatchedRootsParts {
  readonly host: WatcherHost;
  readonly trees: RootTrees;
  readonly backends: Backends;
  readonly troubles: WatchTroubles;
  readonly reconciler: Reconciler;
  readonly looks: Looks;
  readonly commits: Commits;
  readonly editor: TreeEditor;
  /** For what others changed. */
  readonly collect: (change: EntryChange) => void;
  /** After what is collected. */
  readonly publish: (body: FileEventBody) => void;
}

/** Which roots are watched: those of the workspace, as long as they are where they were opened. */
export class WatchedRoots {
  readonly #parts: WatchedRootsParts;
  #isChecking = false;
  /** Keys of what calls of this thread have changed since the roots began to change. */
  #changed: Set<string> | undefined;

  constructor(parts: WatchedRootsParts) {
    this.#parts = parts;
  }

  /** Takes over the roots that the workspace has now. No look may run beside it. */
  async change(): Promise<void> {
    this.#changed = new Set();
    try {
      await this.#takeOver();
    } finally {
      this.#changed = undefined;
    }
  }

  committed({ key, fromKey }: Commit): void {
    this.#changed?.add(firstOf(key));
    if (fromKey !== undefined) this.#changed?.add(firstOf(fromKey));
  }

  async #takeOver(): Promise<void> {
    const lease = this.#parts.host.lease();
    if (!lease) return;
    const identities = new Map(lease.rootPaths.map((root, index) => [root, lease.rootIdentities[index] ?? '']));
    lease.release();
    const left = [...this.#parts.trees].filter(({ root }) => !identities.has(root));
    const entered: WatchedTree[] = [];
    let isCompared = false;
    for (const [root, identity] of identities) {
      const known = this.#parts.trees.get(root);
      if (known === undefined) entered.push(await this.#build(root, identity));
      else if (known.isLost || known.top.identity !== identity) {
        await this.#revive(known, identity);
        isCompared = true;
      } else if (known.innerRoots.join('\0') !== this.#parts.host.innerRoots(root).join('\0')) {
        // Something else is ignored in it.
        left.push(known);
        entered.push(await this.#build(root, identity));
      }
    }
    this.#parts.looks.takeBeforeTelling();
    // In one turn: until here the trees that leave were told of, from here on those that come are.
    for (const before of left) {
      for (const tree of entered) isCompared = this.#compare(before, tree) || isCompared;
      before.isLost = true;
      this.#parts.trees.delete(before.root);
      this.#parts.troubles.forget(before);
    }
    for (const tree of entered) {
      tree.isSilent = false;
      this.#parts.trees.add(tree);
    }
    if (isCompared) this.#parts.publish({ type: 'rescanned' });
    for (const tree of left) await this.#parts.backends.leave(tree);
  }

  async #build(root: string, identity: string): Promise<WatchedTree> {
    const tree = new WatchedTree(root, identity, this.#parts.host.innerRoots(root));
    await this.#parts.backends.watch(tree, identity);
    await this.#lookAtAll(tree);
    return tree;
  }

  /** What lies below both roots was watched all the time: what changed meanwhile is told. */
  #compare(before: WatchedTree, tree: WatchedTree): boolean {
    if (before.isLost) return false;
    return tellDifferences(before, tree, {
      tell: this.#parts.collect,
      ignores: (root, relative) => this.#parts.host.ignores(root, relative, true),
      isOwn: ({ parent, name }) => {
        const key = `${parent.identity}/${name}`;
        return this.#changed?.has(key) === true || this.#parts.commits.isHeld(key);
      },
      adopt: (place, known) => this.#adopt(place, known),
    });
  }

  /** In a tree of which nothing is told yet. A look will tell what is not so any more. */
  #adopt(place: Place, known: DirectoryNode | string | undefined): void {
    const { editor, looks } = this.#parts;
    const present = place.parent.children.get(place.name);
    if (present instanceof DirectoryNode) editor.removeDirectory(present, null);
    else editor.removeLeaf(place, null);
    looks.hint((hints) => hints.addName(place.parent, place.name));
    if (typeof known === 'string') {
      const state = leafState(known);
      editor.putLeaf(place, state, { origin: null, stamp: state.stamp });
    } else if (known) {
      const { stamp } = known;
      const directory = editor.addDirectory(place, { type: 'directory', stamp }, { origin: null, stamp });
      for (const [name, child] of known.children) this.#adopt({ parent: directory, name }, child);
      looks.hint((hints) => hints.addWhole(directory));
    }
  }

  /** The directory is back, or another one is in its place: what differs from what was known is told. */
  async #revive(tree: WatchedTree, identity: string): Promise<void> {
    await this.#parts.backends.leave(tree);
    for (const directory of directoriesFrom(tree.top)) directory.identity = '';
    tree.isLost = false;
    tree.top.identity = identity;
    await this.#parts.backends.watch(tree, identity);
    await this.#lookAtAll(tree);
  }

  async #lookAtAll(tree: WatchedTree): Promise<void> {
    const hints = new Hints();
    addAll(hints, tree);
    const postponed = await this.#parts.reconciler.reconcile(hints);
    this.#parts.looks.hint((later) => later.addAll(postponed));
  }

  /** Whether each is still there. One that was moved or unmounted may have given no sign. */
  async check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    try {
      for (const tree of [...this.#parts.trees]) {
        if (tree.isLost) continue;
        const identity = await this.#parts.host.identityAt(tree.root);
        if (tree.isLost || this.#parts.trees.get(tree.root) !== tree) continue;
        if (identity !== undefined && identity !== tree.top.identity) await this.#lose(tree);
      }
    } finally {
      this.#isChecking = false;
    }
  }

  async #lose(tree: WatchedTree): Promise<void> {
    tree.isLost = true;
    const reason = new PlokeIoError({
      code: 'ERR_PLOKE_ROOT_LOST',
      message: 'The directory that was opened as the root is no longer at its path, so it is not watched any more',
      operation: 'events',
      path: tree.root,
    });
    this.#parts.publish({ type: 'root-lost', root: tree.root, reason });
    await this.#parts.backends.leave(tree);
  }
}
