import type { Hints, Place } from './hints.js';
import type { TreeEditor } from './tree-editor.js';
import {
  DirectoryNode,
  directoriesFrom,
  type EntryState,
  identityOfStamp,
  isCoarse,
  leafState,
} from './watched-tree.js';

/** What a look found under a name; `state` undefined: nothing. */
export interface Observation extends Place {
  readonly state: EntryState | undefined;
  /** Whether the system said that its content may have changed. */
  readonly isContent: boolean;
  /** Whether it changed so recently that another change may have left it with the same stamp. */
  readonly isYoung: boolean;
  /** Who wrote the content of a file, where it tells. */
  readonly origin: string | null;
}

export interface RoundParts {
  readonly editor: TreeEditor;
  /** What the system told. */
  readonly hints: Hints;
  /** Gets what has to be looked at because of what is found. */
  readonly next: Hints;
  /** Of a call of this thread that left something with this stamp where nobody knew of it yet. */
  readonly originOf: (stamp: string) => string | null;
  /** Whether a call of this thread has left the file with this stamp. */
  readonly isOwnState: (key: string, stamp: string) => boolean;
}

interface NewDirectory extends Place {
  readonly state: EntryState;
  readonly isYoung: boolean;
}

interface Move {
  readonly node: DirectoryNode;
  readonly to: NewDirectory;
}

/**
 * Applies what one look found to the index, in an order in which each change can be replayed: directories that went,
 * directories that moved, directories that came, then everything else.
 */
export class Round {
  readonly #parts: RoundParts;
  /** Directories that are not where they were. */
  readonly #gone = new Set<DirectoryNode>();
  readonly #came = new Set<NewDirectory>();
  readonly #leaves = new Map<DirectoryNode, Map<string, Observation>>();
  /** What was looked at below these was looked at under a path that means something else by now; they are listed anew. */
  readonly #moved = new Set<DirectoryNode>();

  constructor(parts: RoundParts) {
    this.#parts = parts;
  }

  apply(observations: readonly Observation[]): void {
    for (const observation of observations) this.#sort(observation);
    const moves = this.#findMoves();
    this.#removeDirectories(moves);
    this.#moveDirectories(moves);
    for (const directory of this.#came) this.#addDirectory(directory);
    const renamed = this.#renameLeaves();
    for (const leaves of this.#leaves.values()) {
      for (const leaf of leaves.values()) if (!renamed.has(leaf)) this.#applyLeaf(leaf);
    }
  }

  #sort(observation: Observation): void {
    const { parent, name, state, isYoung } = observation;
    const known = parent.children.get(name);
    if (state?.type === 'directory') {
      if (known instanceof DirectoryNode && isSameDirectory(known, state)) {
        known.stamp = state.stamp;
        if (this.#parts.hints.wasMoved(parent, name)) this.#listAll(known);
        else if (!known.isListed) this.#parts.next.addWhole(known);
        return;
      }
      this.#came.add({ parent, name, state, isYoung });
    } else if (state || !(known instanceof DirectoryNode)) {
      const leaves = this.#leaves.get(parent);
      if (leaves) leaves.set(name, observation);
      else this.#leaves.set(parent, new Map([[name, observation]]));
    }
    if (known instanceof DirectoryNode) this.#gone.add(known);
  }

  /** A directory that came is one that went, where it has its identity and nothing speaks for a number used again. */
  #findMoves(): Move[] {
    if (this.#gone.size === 0 || this.#came.size === 0) return [];
    const byIdentity = new Map<string, DirectoryNode>();
    for (const node of this.#gone) if (node.identity !== '') byIdentity.set(node.identity, node);
    const moves: Move[] = [];
    for (const to of this.#came) {
      const node = byIdentity.get(identityOfStamp(to.state.stamp));
      if (!node || node.tree !== to.parent.tree || !this.#isSame(node, to)) continue;
      byIdentity.delete(node.identity);
      moves.push({ node, to });
    }
    return moves;
  }

  #isSame(node: DirectoryNode, to: NewDirectory): boolean {
    const from = this.#parts.hints.origin(to);
    if (from && from.parent === node.parent && from.name === node.name) return true;
    return modifiedOf(node.stamp) === modifiedOf(to.state.stamp);
  }

  #removeDirectories(moves: readonly Move[]): void {
    const moving = new Set(moves.map(({ node }) => node));
    for (const node of this.#gone) {
      // What is below one that moves was looked for where that was.
      if (node.isAttached && !node.isWithin(moving)) this.#parts.editor.removeDirectory(node, null);
    }
  }

  /** Each when nothing that has yet to move is in its way. Of those that wait for each other one is told as removed and made. */
  #moveDirectories(moves: readonly Move[]): void {
    const waiting = new Map(moves.map((move) => [move.node, move]));
    while (waiting.size > 0) {
      const nodes = new Set(waiting.keys());
      const isReady = ({ to: { parent, name } }: Move) => {
        const there = parent.children.get(name);
        return !(there instanceof DirectoryNode && nodes.has(there)) && !parent.isWithin(nodes);
      };
      const [first] = waiting.values();
      const next = [...waiting.values()].find(isReady);
      if (next) this.#moveDirectory(next);
      else if (first?.node.isAttached) this.#parts.editor.removeDirectory(first.node, null);
      waiting.delete((next ?? first)?.node as DirectoryNode);
    }
  }

  #moveDirectory({ node, to }: Move): void {
    if (!node.isAttached) return;
    // Into a directory that is no longer there itself.
    if (!to.parent.isAttached) {
      this.#parts.editor.removeDirectory(node, null);
      return;
    }
    this.#clear(to);
    this.#came.delete(to);
    this.#parts.editor.moveDirectory(node, to, to.state, this.#told(to.state, to.isYoung));
    this.#moved.add(node);
    this.#listAll(node);
  }

  #listAll(top: DirectoryNode): void {
    for (const directory of directoriesFrom(top)) this.#parts.next.addWhole(directory);
  }

  #addDirectory(directory: NewDirectory): void {
    const { parent, state, isYoung } = directory;
    if (!parent.isAttached || parent.isWithin(this.#moved)) return;
    this.#clear(directory);
    const node = this.#parts.editor.addDirectory(directory, state, this.#told(state, isYoung));
    this.#parts.next.addWhole(node);
  }

  #clear(place: Place): void {
    const known = place.parent.children.get(place.name);
    if (known instanceof DirectoryNode) this.#parts.editor.removeDirectory(known, null);
    else this.#parts.editor.removeLeaf(place, null);
  }

  /** Gives those that need no further look. Before all others: the old name may have been used again. */
  #renameLeaves(): ReadonlySet<Observation> {
    const renamed = new Set<Observation>();
    if (!this.#parts.hints.hasMoves) return renamed;
    for (const leaves of this.#leaves.values()) {
      for (const leaf of leaves.values()) {
        const from = leaf.state && this.#parts.hints.origin(leaf);
        const source = from && this.#leaves.get(from.parent)?.get(from.name);
        if (source && this.#renameLeaf(source, leaf)) renamed.add(leaf);
      }
    }
    return renamed;
  }

  /** The system said that it is a rename: what was found confirms it, or it is none. */
  #renameLeaf(from: Observation, to: Observation): boolean {
    const { state } = to;
    const known = from.parent.children.get(from.name);
    if (!state || typeof known !== 'string' || from.parent.tree !== to.parent.tree) return false;
    if (!this.#isCertain(from.parent) || !this.#isCertain(to.parent)) return false;
    if (to.parent.children.get(to.name) instanceof DirectoryNode) return false;
    const before = leafState(known);
    const identity = identityOfStamp(before.stamp);
    const isStillThere = from.state !== undefined && identityOfStamp(from.state.stamp) === identity;
    if (isStillThere || before.type !== state.type || identityOfStamp(state.stamp) !== identity) return false;
    this.#parts.editor.renameLeaf(from, to, state, this.#told(state, to.isYoung));
    return true;
  }

  #applyLeaf(leaf: Observation): void {
    const { parent, name, state, isYoung, origin } = leaf;
    const known = parent.children.get(name);
    // A directory would have been removed above, unless it is not certain that it went.
    if (!this.#isCertain(parent) || known instanceof DirectoryNode) return;
    if (state === undefined) this.#parts.editor.removeLeaf(leaf, null);
    else if (known === undefined || this.#differs(leaf, leafState(known))) {
      const told = this.#told(state, isYoung);
      this.#parts.editor.putLeaf(leaf, state, { ...told, origin: told.origin ?? origin });
    }
  }

  /**
   * A write(2) is given its time when it begins: a look in the middle of it sees the stamp that it has at the end. So where
   * the system tells of a write after the look that has seen the stamp, there may be more in the file than was there then;
   * and where stamps are coarse somebody may have written into what a call of this thread has left, within one tick.
   */
  #differs({ parent, name, state, isContent, isYoung }: Observation, known: EntryState): boolean {
    if (state?.type !== known.type || state.stamp !== known.stamp) return true;
    if (!isContent || !isYoung) return false;
    return isCoarse(parent.tree, state.stamp) || !this.#parts.isOwnState(`${parent.identity}/${name}`, state.stamp);
  }

  #isCertain(parent: DirectoryNode): boolean {
    return parent.isAttached && !parent.isWithin(this.#moved);
  }

  #told({ stamp }: EntryState, isYoung: boolean) {
    return { origin: this.#parts.originOf(stamp), stamp: isYoung ? `${stamp}y` : stamp };
  }
}

function isSameDirectory(known: DirectoryNode, state: EntryState): boolean {
  return known.identity === '' || known.identity === identityOfStamp(state.stamp);
}

function modifiedOf(stamp: string): string | undefined {
  return stamp.split('.')[4];
}
