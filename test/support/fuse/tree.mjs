// The files of a FUSE file system, in memory: what protocol.mjs serves.
import { constants } from 'node:os';

const { ENOENT, EEXIST, ENOTEMPTY, EINVAL } = constants.errno;

export const directoryType = 0o040000;
export const fileType = 0o100000;
const renameNoReplace = 1;
const renameExchange = 2;

/** @typedef {{ id: bigint, mode: number, links: number, mtimeNs: bigint, data: Buffer, children: Map<string, Node> | undefined }} Node */

/** Thrown with an errno(3). */
export class Refusal extends Error {
  /** @param {number} errno */
  constructor(errno) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

export class Tree {
  /** @type {Map<bigint, Node>} */
  #nodes = new Map();
  #lastId = 0n;
  #stampUnitNs;
  #takesRenameFlags;

  /** @type {Set<Node>} */
  #sized = new Set();
  #lateSizes;

  /** @param {{ stampUnitNs: bigint, takesRenameFlags: boolean, lateSizes: boolean }} options */
  constructor({ stampUnitNs, takesRenameFlags, lateSizes }) {
    this.#stampUnitNs = stampUnitNs;
    this.#lateSizes = lateSizes;
    this.#takesRenameFlags = takesRenameFlags;
    this.#make(directoryType | 0o755);
  }

  get size() {
    return this.#nodes.size;
  }

  /** @param {bigint} id */
  node(id) {
    const node = this.#nodes.get(id);
    if (!node) throw new Refusal(ENOENT);
    return node;
  }

  /** What is told to those who ask, who may believe what they were told before. @param {Node} node */
  sizeOf(node) {
    return this.#lateSizes && !this.#sized.has(node) ? 0 : node.data.length;
  }

  /** From now on its size is told as it is. @param {bigint} id */
  tellSize(id) {
    this.#sized.add(this.node(id));
  }

  /** @param {bigint} parent @param {string} name */
  lookUp(parent, name) {
    const node = this.#childrenOf(parent).get(name);
    if (!node) throw new Refusal(ENOENT);
    return node;
  }

  /** @param {bigint} parent @param {string} name @param {number} mode */
  create(parent, name, mode) {
    const children = this.#childrenOf(parent);
    if (children.has(name)) throw new Refusal(EEXIST);
    const node = this.#make(mode);
    children.set(name, node);
    return node;
  }

  /** @param {bigint} id @param {bigint} parent @param {string} name */
  link(id, parent, name) {
    const children = this.#childrenOf(parent);
    if (children.has(name)) throw new Refusal(EEXIST);
    const node = this.node(id);
    node.links += 1;
    children.set(name, node);
    return node;
  }

  /** Its number stays good for those who have it open. @param {bigint} parent @param {string} name */
  remove(parent, name) {
    const node = this.lookUp(parent, name);
    if (node.children && node.children.size > 0) throw new Refusal(ENOTEMPTY);
    node.links -= 1;
    this.#childrenOf(parent).delete(name);
  }

  /** @param {bigint} from @param {string} name @param {bigint} to @param {string} newName @param {number} flags */
  rename(from, name, to, newName, flags) {
    if (flags !== 0 && !this.#takesRenameFlags) throw new Refusal(EINVAL);
    const node = this.lookUp(from, name);
    const target = this.#childrenOf(to).get(newName);
    if (flags === renameNoReplace && target) throw new Refusal(EEXIST);
    if (flags === renameExchange && !target) throw new Refusal(ENOENT);
    this.#childrenOf(from).delete(name);
    this.#childrenOf(to).set(newName, node);
    if (!target) return;
    if (flags === renameExchange) this.#childrenOf(from).set(name, target);
    else target.links -= 1;
  }

  /** @param {Node} node @param {Buffer} data @param {number} offset */
  write(node, data, offset) {
    this.resize(node, Math.max(node.data.length, offset + data.length));
    data.copy(node.data, offset);
    this.touch(node);
  }

  /** @param {Node} node @param {number} size */
  resize(node, size) {
    if (size === node.data.length) return;
    node.data = Buffer.concat([node.data.subarray(0, size)], size);
    this.touch(node);
  }

  /** @param {Node} node @param {bigint} [timeNs] */
  touch(node, timeNs = BigInt(Date.now()) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n)) {
    node.mtimeNs = timeNs - (timeNs % this.#stampUnitNs);
  }

  /** @param {bigint} id */
  #childrenOf(id) {
    const { children } = this.node(id);
    if (!children) throw new Refusal(constants.errno.ENOTDIR);
    return children;
  }

  /** @param {number} mode @returns {Node} */
  #make(mode) {
    this.#lastId += 1n;
    const isDirectory = (mode & directoryType) !== 0;
    /** @type {Node} */
    const node = {
      id: this.#lastId,
      mode,
      links: 1,
      mtimeNs: 0n,
      data: Buffer.alloc(0),
      children: isDirectory ? new Map() : undefined,
    };
    this.touch(node);
    this.#nodes.set(node.id, node);
    return node;
  }
}
