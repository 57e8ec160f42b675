import type { NativeWatch } from '../native/batch.js';
import type { ContentHash } from '../types.js';
import type { Commits } from './commits.js';
import type { DirectoryIndex } from './directory-index.js';
import { Hints, type Place } from './hints.js';
import type { DirectoryLook, Look } from './look-results.js';
import { findOwnContents } from './own-contents.js';
import { type Observation, Round, type RoundParts } from './round.js';
import { askOrigins } from './shared-origins.js';
import type { TreeReader } from './tree-reader.js';
import type { DirectoryNode } from './watched-tree.js';

/** Of a tree that is built for the first time. */
const directoriesPerJudgement = 1_024;

export interface ReconcilerParts extends Pick<RoundParts, 'editor' | 'originOf' | 'isOwnState'> {
  readonly reader: TreeReader;
  readonly index: DirectoryIndex;
  readonly commits: Commits;
  /** Whether files are asked who wrote them: see `shareOrigin`. */
  readonly sharesOrigins: boolean;
  /** Of what a call of this thread has left under a key with this stamp; null: it is not known, or none has. */
  readonly ownHashOf: (key: string, stamp: string) => ContentHash | null;
  /** Whether an entry is not watched, by its path below its root; a directory's ends in `/`. */
  readonly ignores: (root: string, relative: string) => boolean;
  /** Of the backend that watches the tree; undefined where it does not watch directory by directory. */
  readonly watchOf: (directory: DirectoryNode) => NativeWatch | undefined;
  readonly unwatch: (watches: readonly number[]) => void;
  /** After each listing: whether the directory has no watch, or its names could not be had. */
  readonly listed: (directory: DirectoryNode, trouble: 'watch' | 'unreadable' | undefined) => void;
  readonly rootMissing: (directory: DirectoryNode) => void;
}

/**
 * Makes the index agree with the disk where hints say that it may not, and tells of each difference once. What it tells,
 * applied to what the index was, gives what the index is.
 */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  /** Of keys on which a call of this thread began or ended a change since the look that is under way began. */
  readonly #touched = new Set<string>();
  #isLooking = false;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  /** Whether directories are being listed, or names looked at, and what was found is not in the index yet. */
  get isLooking(): boolean {
    return this.#isLooking;
  }

  touched(keys: readonly string[]): void {
    if (this.#isLooking) for (const key of keys) this.#touched.add(key);
  }

  /**
   * Looks at everything that the hints name, and at what that leads to. Gives the hints that could not be judged now: a
   * call of this thread is changing the very file, or there was no descriptor left.
   */
  async reconcile(hints: Hints): Promise<Hints> {
    const postponed = new Hints();
    let next = hints;
    while (!next.isEmpty) {
      const round = next;
      next = new Hints();
      await this.#lookAtNames(round, next, postponed);
      await this.#listWhole(round, next, postponed);
    }
    return postponed;
  }

  async #lookAtNames(round: Hints, next: Hints, postponed: Hints): Promise<void> {
    const places: (Place & { readonly isContent: boolean })[] = [];
    for (const [parent, names] of round.names) {
      // Its listing looks at all of them.
      if (!parent.isAttached || round.whole.has(parent) || parent.tree.isLost) continue;
      for (const [name, isContent] of names) places.push({ parent, name, isContent });
    }
    if (places.length === 0) return;
    const found: Observation[] = [];
    const observations = await this.#looking(found, postponed, () =>
      this.#parts.reader.lookAt(places, (place, look) => {
        const { parent, isContent } = place;
        if (look.found === 'later') postponed.addNameOf(round, place, isContent);
        // It is asked again and again, until it can be told.
        else if (look.found === 'unknown') this.#parts.listed(parent, 'unreadable');
        else found.push(observationOf(place, look, isContent));
      }),
    );
    this.#judge(observations, round, next, postponed);
  }

  async #listWhole(round: Hints, next: Hints, postponed: Hints): Promise<void> {
    const groups = new Map<NativeWatch | undefined, DirectoryNode[]>();
    for (const directory of round.whole) {
      if (!directory.isAttached || directory.tree.isLost) continue;
      const watch = this.#parts.watchOf(directory);
      const group = groups.get(watch);
      if (group) group.push(directory);
      else groups.set(watch, [directory]);
    }
    for (const [watch, directories] of groups) {
      // All at once, so that what went from one and came into another is seen as moved. A tree that is built has none of
      // that, and may be large.
      const atOnce = directories.some(({ tree }) => !tree.isSilent) ? directories.length : directoriesPerJudgement;
      for (let start = 0; start < directories.length; start += atOnce) {
        await this.#list(directories.slice(start, start + atOnce), watch, round, next, postponed);
      }
    }
  }

  async #list(
    directories: readonly DirectoryNode[],
    watch: NativeWatch | undefined,
    round: Hints,
    next: Hints,
    postponed: Hints,
  ): Promise<void> {
    const { reader, listed, index } = this.#parts;
    const found: Observation[] = [];
    const observations = await this.#looking(found, postponed, () =>
      reader.list(directories, watch, (directory, look) => {
        // A call of this thread took it away meanwhile.
        if (!directory.isAttached) {
          if (look.watch > 0 && index.ofWatch(look.watch).length === 0) this.#parts.unwatch([look.watch]);
        } else if (look.found === 'later') postponed.addWhole(directory);
        else if (look.found === 'unreadable') listed(directory, 'unreadable');
        else if (isStillThere(directory, look)) {
          index.enter(directory, look.identity, look.watch);
          listed(directory, watch && look.watch <= 0 ? 'watch' : undefined);
          observe(directory, look, found);
        } else if (directory.parent) {
          // That is for its name in its parent to tell; if it is back by then, it is listed again.
          directory.isListed = false;
          next.addName(directory.parent, directory.name);
        } else this.#parts.rootMissing(directory);
      }),
    );
    this.#judge(observations, round, next, postponed);
  }

  /** Gives what `look` has found. What is asked of the files is a part of it: what changes meanwhile is looked at again. */
  async #looking(
    found: readonly Observation[],
    postponed: Hints,
    look: () => Promise<void>,
  ): Promise<readonly Observation[]> {
    const { reader, sharesOrigins, ownHashOf } = this.#parts;
    this.#touched.clear();
    this.#isLooking = true;
    try {
      await look();
      const judged = await findOwnContents(reader, found, ownHashOf, postponed);
      if (!sharesOrigins) return judged;
      return await askOrigins(reader, judged, (observation) => this.#isForeign(observation), postponed);
    } finally {
      this.#isLooking = false;
    }
  }

  #isForeign(observation: Observation): boolean {
    const { parent, name, state } = observation;
    // While a tree is built nobody is told of it.
    if (parent.tree.isSilent || !parent.isAttached) return false;
    const stamp = state?.stamp ?? '';
    if (this.#parts.originOf(stamp) !== null || this.#parts.isOwnState(`${parent.identity}/${name}`, stamp))
      return false;
    return !this.#isHeld(parent, name) && this.#watched(observation) !== undefined;
  }

  #judge(observations: readonly Observation[], round: Hints, next: Hints, postponed: Hints): void {
    const judged: Observation[] = [];
    for (const observation of observations) {
      const { parent, name, isContent } = observation;
      if (!parent.isAttached) continue;
      // While a tree is built nobody is told of it: whichever version is found will do.
      if (!parent.tree.isSilent && this.#isHeld(parent, name)) postponed.addNameOf(round, observation, isContent);
      else if (this.#wasTouched(parent, name)) next.addNameOf(round, observation, isContent);
      else {
        const watched = this.#watched(observation);
        if (watched) judged.push(watched);
      }
    }
    new Round({ ...this.#parts, hints: round, next }).apply(judged);
  }

  #isHeld(parent: DirectoryNode, name: string): boolean {
    const { commits } = this.#parts;
    return commits.heldCount > 0 && someKey(parent, name, (key) => commits.isHeld(key));
  }

  #wasTouched(parent: DirectoryNode, name: string): boolean {
    return this.#touched.size > 0 && someKey(parent, name, (key) => this.#touched.has(key));
  }

  /** undefined: it is not watched, and was not. */
  #watched(observation: Observation): Observation | undefined {
    const { parent, name, state } = observation;
    const known = parent.children.get(name);
    if (state === undefined) return known === undefined ? undefined : observation;
    const isDirectory = state.type === 'directory';
    // What is known was not ignored.
    if (known !== undefined && isDirectory === (typeof known !== 'string')) return observation;
    const relative = parent.relativeOf(name);
    if (!this.#parts.ignores(parent.tree.root, isDirectory ? `${relative}/` : relative)) return observation;
    // A file that was watched is an ignored directory by now, or the other way round: for the tree it is gone.
    return known === undefined ? undefined : { ...observation, state: undefined };
  }
}

function observationOf(
  place: Place,
  look: Exclude<Look, { found: 'unknown' | 'later' }>,
  isContent: boolean,
): Observation {
  if (look.found === 'nothing') return { ...place, state: undefined, isContent, isYoung: false, origin: null };
  return { ...place, state: look.state, isContent, isYoung: look.isYoung, origin: null };
}

/** Whether what was listed is the directory of the index; one that was never listed may be any. */
function isStillThere(directory: DirectoryNode, { found, identity }: DirectoryLook): boolean {
  return found === 'entries' && (directory.identity === '' || directory.identity === identity);
}

/** What is there, and what is not there any more. */
function observe(parent: DirectoryNode, look: DirectoryLook, observations: Observation[]): void {
  const seen = parent.children.size > 0 ? new Set<string>() : undefined;
  for (const [position, name] of look.names.entries()) {
    seen?.add(name);
    const state = look.states(position);
    observations.push({ parent, name, state, isContent: false, isYoung: look.isYoung(position), origin: null });
  }
  if (!seen) return;
  for (const name of parent.children.keys()) {
    if (!seen.has(name))
      observations.push({ parent, name, state: undefined, isContent: false, isYoung: false, origin: null });
  }
}

/** The key of an entry and those of the directories above it, as calls name what they change. */
function someKey(parent: DirectoryNode, name: string, test: (key: string) => boolean): boolean {
  let last = name;
  for (let node: DirectoryNode | null = parent; node !== null; node = node.parent) {
    if (node.identity !== '' && test(`${node.identity}/${last}`)) return true;
    last = node.name;
  }
  return false;
}
