import { hostSpelling, type PathSpelling } from '../platform/path-spelling.js';
import type { EntryType } from '../types.js';

/** What a stamp says by its fields (native/stamp.h): `1.device.inode.size.mtime.ctime`, and `y` where it is no proof. */
export interface EntryState {
  readonly type: EntryType;
  /** Without the `y`: whether it was young says nothing of the entry. */
  readonly stamp: string;
}

/** A directory of the index. What else it holds is kept as text: `f` for a file, `s` a link, `o` anything else, and the stamp. */
export class DirectoryNode {
  readonly children = new Map<string, DirectoryNode | string>();
  readonly tree: WatchedTree;
  name: string;
  parent: DirectoryNode | null;
  /** `device:inode` in decimal; `''` until it was listed. */
  identity = '';
  /** Of its entry in its parent. */
  stamp: string;
  /** A watch of the native backend; 0: none, below 0: minus the errno for which there is none. */
  watch = 0;
  isListed = false;

  constructor(tree: WatchedTree, parent: DirectoryNode | null, name: string, stamp: string) {
    this.tree = tree;
    this.parent = parent;
    this.name = name;
    this.stamp = stamp;
  }

  /** Below the root: `''`, `a/b`. */
  get relative(): string {
    if (this.parent === null) return '';
    const above = this.parent.relative;
    return above === '' ? this.name : `${above}/${this.name}`;
  }

  get depth(): number {
    let depth = 0;
    for (let node = this.parent; node !== null; node = node.parent) depth++;
    return depth;
  }

  /** Spelt with the configured root. */
  get path(): string {
    const { relative, tree } = this;
    return relative === '' ? tree.root : tree.spelling.join(tree.root, relative);
  }

  /** Whether it is a part of its tree. */
  get isAttached(): boolean {
    let node: DirectoryNode = this;
    while (node.parent !== null) node = node.parent;
    return node === this.tree.top;
  }

  /** Whether it is one of these, or below one. */
  isWithin(tops: ReadonlySet<DirectoryNode>): boolean {
    if (tops.size === 0) return false;
    for (let node: DirectoryNode | null = this; node !== null; node = node.parent) if (tops.has(node)) return true;
    return false;
  }

  /** Of an entry in it. */
  pathOf(name: string): string {
    return this.tree.spelling.join(this.path, name);
  }

  relativeOf(name: string): string {
    const { relative } = this;
    return relative === '' ? name : `${relative}/${name}`;
  }

  state(name: string): EntryState | undefined {
    const child = this.children.get(name);
    if (child === undefined) return undefined;
    return typeof child === 'string' ? leafState(child) : { type: 'directory', stamp: child.stamp };
  }
}

/** What is known of one root: an index of every entry that is watched, as subscribers believe it to be. */
export class WatchedTree {
  /** Spelt as configured. */
  readonly root: string;
  readonly top: DirectoryNode;
  /** Roots that this one has absorbed, by their paths below it. They are watched whatever is ignored. */
  readonly innerRoots: readonly string[];
  readonly spelling: PathSpelling;
  /** Whether every change gives a file another stamp. */
  hasFineStamps = false;
  /** While it is built for the first time, nothing is told of it. */
  isSilent = true;
  isLost = false;

  constructor(
    root: string,
    identity: string,
    innerRoots: readonly string[] = [],
    spelling: PathSpelling = hostSpelling,
  ) {
    this.root = root;
    this.innerRoots = innerRoots;
    this.spelling = spelling;
    this.top = new DirectoryNode(this, null, '', '');
    this.top.identity = identity;
  }

  /** An entry by its path below the root, which is not `''`. */
  find(relative: string): { readonly parent: DirectoryNode; readonly name: string } | undefined {
    let parent = this.top;
    let start = 0;
    for (;;) {
      const end = relative.indexOf('/', start);
      if (end < 0) return { parent, name: relative.slice(start) };
      const child = parent.children.get(relative.slice(start, end));
      if (!(child instanceof DirectoryNode)) return undefined;
      parent = child;
      start = end + 1;
    }
  }
}

export interface EntryBelow extends EntryState {
  readonly parent: DirectoryNode;
  readonly name: string;
}

/** Everything below a directory, what holds before what is held. */
export function* entriesBelow(directory: DirectoryNode): Generator<EntryBelow, void, undefined> {
  const pending = [directory];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    for (const [name, child] of parent.children) {
      if (typeof child === 'string') yield { parent, name, ...leafState(child) };
      else {
        yield { parent, name, type: 'directory', stamp: child.stamp };
        pending.push(child);
      }
    }
  }
}

/** The directory and those below it, outermost first. */
export function* directoriesFrom(directory: DirectoryNode): Generator<DirectoryNode, void, undefined> {
  const pending = [directory];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    for (const child of node.children.values()) if (typeof child !== 'string') pending.push(child);
  }
}

const leafTypes = { f: 'file', s: 'symlink', o: 'other' } as const;

export function leafOf({ type, stamp }: EntryState): string {
  return `${type === 'file' ? 'f' : type === 'symlink' ? 's' : 'o'}${stamp}`;
}

export function leafState(leaf: string): EntryState {
  return { type: leafTypes[leaf[0] as keyof typeof leafTypes], stamp: leaf.slice(1) };
}

/** A stamp without what it says of the moment in which it was taken. */
export function settledStamp(stamp: string): string {
  return stamp.endsWith('y') ? stamp.slice(0, -1) : stamp;
}

const secondNs = 1_000_000_000n;

/** Whether two changes may leave a file with this one stamp: the file system keeps whole seconds, or the clock's ticks. */
export function isCoarse(tree: WatchedTree, stamp: string): boolean {
  if (!tree.hasFineStamps) return true;
  // ext4 keeps whole seconds in small inodes, and nothing but its times tells.
  const times = stamp.split('.').slice(4, 6);
  return times.every((field) => BigInt(`0x${field}`) % secondNs === 0n);
}

/** `device:inode` in decimal, as identities are spelt, from the hexadecimal fields of a stamp; `''` where there are none. */
export function identityOfStamp(stamp: string): string {
  const [, device, inode] = stamp.split('.');
  return device && inode ? `${BigInt(`0x${device}`)}:${BigInt(`0x${inode}`)}` : '';
}

/** What a rename leaves as it is: identity, and of what is no directory size and time of modification. */
export function versionOf({ type, stamp }: EntryState): string {
  const fields = stamp.split('.');
  if (fields.length < 6) return '';
  return type === 'directory' ? `${fields[1]}.${fields[2]}` : `${type[0]}${fields.slice(1, 5).join('.')}`;
}
