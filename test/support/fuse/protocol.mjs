// Answers to the requests of the kernel's FUSE, as linux/fuse.h has them (protocol 7.31): the body of each without its header.
import { constants } from 'node:os';
import { directoryType, fileType, Refusal } from './tree.mjs';

/** @typedef {import('./tree.mjs').Tree} Tree */
/** @typedef {import('./tree.mjs').Node} Node */
/**
 * How the server differs from an ordinary one.
 *
 * @typedef {object} Behaviour
 * @property {number} directorySync errno of fsync on a directory, 0: it succeeds
 * @property {number} fileSync the same of a file
 * @property {number} rename the same of a rename
 * @property {number | 'kernel'} locks errno that every flock is answered with, 0: each is granted; kernel: the server is not asked
 */
/** @typedef {{ node: bigint, body: Buffer }} Request */

const { ENOSYS } = constants.errno;
const flockFlag = 1 << 10;
const maxWriteBytes = 64 * 1024;
export const requestBytes = maxWriteBytes + 4096;
const billion = 1_000_000_000n;
const isSizeSet = 8;
const isModeSet = 1;
const isTimeSet = 32;

/** The operations of the protocol that are served, by their number. Requests without an answer give undefined. */
export const operations = new Map([
  [1, /** LOOKUP */ (tree, { node, body }) => entry(tree, tree.lookUp(node, texts(body, 0)[0]))],
  [2, /** FORGET */ () => undefined],
  [3, /** GETATTR */ (tree, { node }) => attributes(tree, tree.node(node))],
  [4, /** SETATTR */ setAttributes],
  [
    9,
    /** MKDIR */ (tree, { node, body }) =>
      entry(tree, tree.create(node, texts(body, 8)[0], directoryType | mode(body, 0))),
  ],
  [10, /** UNLINK */ remove],
  [11, /** RMDIR */ remove],
  [12, /** RENAME */ (tree, request, behaviour) => rename(tree, request, behaviour, 0, 8)],
  [13, /** LINK */ (tree, { node, body }) => entry(tree, tree.link(body.readBigUInt64LE(0), node, texts(body, 8)[0]))],
  [14, /** OPEN */ open],
  [15, /** READ */ read],
  [16, /** WRITE */ write],
  [17, /** STATFS */ statistics],
  [18, /** RELEASE */ nothing],
  [20, /** FSYNC */ (_tree, _request, { fileSync }) => refuse(fileSync)],
  [25, /** FLUSH */ nothing],
  [26, /** INIT */ initialise],
  [27, /** OPENDIR */ open],
  [28, /** READDIR */ list],
  [29, /** RELEASEDIR */ nothing],
  [30, /** FSYNCDIR */ (_tree, _request, { directorySync }) => refuse(directorySync)],
  [32, /** SETLK */ (_tree, _request, { locks }) => refuse(Number(locks))],
  [33, /** SETLKW */ (_tree, _request, { locks }) => refuse(Number(locks))],
  [35, /** CREATE */ create],
  [36, /** INTERRUPT */ () => undefined],
  [38, /** DESTROY */ nothing],
  [42, /** BATCH_FORGET */ () => undefined],
  [45, /** RENAME2 */ (tree, request, behaviour) => rename(tree, request, behaviour, request.body.readUInt32LE(8), 16)],
]);

function nothing() {
  return Buffer.alloc(0);
}

/** @param {number} errno 0: nothing is wrong */
function refuse(errno) {
  if (errno !== 0) throw new Refusal(errno);
  return Buffer.alloc(0);
}

/** @param {Tree} _tree @param {Request} request @param {Behaviour} behaviour */
function initialise(_tree, { body }, { locks }) {
  const reply = Buffer.alloc(64);
  reply.writeUInt32LE(7, 0);
  reply.writeUInt32LE(31, 4);
  reply.writeUInt32LE(body.readUInt32LE(8), 8);
  reply.writeUInt32LE(locks === 'kernel' ? 0 : flockFlag, 12);
  reply.writeUInt16LE(16, 16);
  reply.writeUInt16LE(12, 18);
  reply.writeUInt32LE(maxWriteBytes, 20);
  reply.writeUInt32LE(1, 24);
  return reply;
}

/** @param {Tree} tree @param {Request} request */
function setAttributes(tree, { node, body }) {
  const found = tree.node(node);
  const valid = body.readUInt32LE(0);
  if ((valid & isSizeSet) !== 0) tree.resize(found, Number(body.readBigUInt64LE(16)));
  if ((valid & isModeSet) !== 0) found.mode = (found.mode & ~0o7777) | (mode(body, 68) & 0o7777);
  if ((valid & isTimeSet) !== 0) tree.touch(found, body.readBigUInt64LE(40) * billion + BigInt(body.readUInt32LE(60)));
  return attributes(tree, found);
}

/** @param {Tree} tree @param {Request} request */
function remove(tree, { node, body }) {
  tree.remove(node, texts(body, 0)[0]);
  return nothing();
}

/** @param {Tree} tree @param {Request} request @param {Behaviour} behaviour @param {number} flags @param {number} namesAt */
function rename(tree, { node, body }, behaviour, flags, namesAt) {
  refuse(behaviour.rename);
  const [name, newName] = texts(body, namesAt);
  tree.rename(node, name, body.readBigUInt64LE(0), newName, flags);
  return nothing();
}

/** The handle is never looked at. */
function open() {
  return Buffer.alloc(16);
}

/** @param {Tree} tree @param {Request} request */
function read(tree, { node, body }) {
  const offset = Number(body.readBigUInt64LE(8));
  return tree.node(node).data.subarray(offset, offset + body.readUInt32LE(16));
}

/** @param {Tree} tree @param {Request} request */
function write(tree, { node, body }) {
  const size = body.readUInt32LE(16);
  tree.write(tree.node(node), body.subarray(40, 40 + size), Number(body.readBigUInt64LE(8)));
  const reply = Buffer.alloc(8);
  reply.writeUInt32LE(size, 0);
  return reply;
}

/** @param {Tree} tree @param {Request} request */
function create(tree, { node, body }) {
  const created = tree.create(node, texts(body, 16)[0], fileType | mode(body, 4));
  return Buffer.concat([entry(tree, created), open()]);
}

/** @param {Tree} tree @param {Request} request */
function list(tree, { node, body }) {
  const from = Number(body.readBigUInt64LE(8));
  const room = body.readUInt32LE(16);
  const names = [...(tree.node(node).children ?? [])];
  const reply = [];
  let used = 0;
  for (let index = from; index < names.length; index += 1) {
    const [name, { id, children }] = names[index];
    const text = Buffer.from(name);
    const record = Buffer.alloc(Math.ceil((24 + text.length) / 8) * 8);
    record.writeBigUInt64LE(id, 0);
    record.writeBigUInt64LE(BigInt(index + 1), 8);
    record.writeUInt32LE(text.length, 16);
    record.writeUInt32LE((children ? directoryType : fileType) >> 12, 20);
    text.copy(record, 24);
    if (used + record.length > room) break;
    reply.push(record);
    used += record.length;
  }
  return Buffer.concat(reply);
}

/** @param {Tree} tree @param {Request} request */
function statistics(tree, { node }) {
  tree.tellSize(node);
  const reply = Buffer.alloc(80);
  for (const [index, value] of [1e6, 9e5, 9e5, 1e6, 1e6 - tree.size].entries()) {
    reply.writeBigUInt64LE(BigInt(value), index * 8);
  }
  reply.writeUInt32LE(4096, 40);
  reply.writeUInt32LE(255, 44);
  reply.writeUInt32LE(4096, 48);
  return reply;
}

/** Nothing is kept by the kernel: both times of validity are 0. @param {Tree} tree @param {Node} node */
function entry(tree, node) {
  const reply = Buffer.alloc(128);
  reply.writeBigUInt64LE(node.id, 0);
  writeAttributes(tree, node, reply, 40);
  return reply;
}

/** @param {Tree} tree @param {Node} node */
function attributes(tree, node) {
  const reply = Buffer.alloc(104);
  writeAttributes(tree, node, reply, 16);
  return reply;
}

/** @param {Tree} tree @param {Node} node @param {Buffer} reply @param {number} at */
function writeAttributes(tree, node, reply, at) {
  reply.writeBigUInt64LE(node.id, at);
  reply.writeBigUInt64LE(BigInt(tree.sizeOf(node)), at + 8);
  for (const [offset, nanoseconds] of [
    [24, 48],
    [32, 52],
    [40, 56],
  ]) {
    reply.writeBigUInt64LE(node.mtimeNs / billion, at + offset);
    reply.writeUInt32LE(Number(node.mtimeNs % billion), at + nanoseconds);
  }
  reply.writeUInt32LE(node.mode, at + 60);
  reply.writeUInt32LE(node.links, at + 64);
  reply.writeUInt32LE(4096, at + 80);
}

/** @param {Buffer} body @param {number} at */
function mode(body, at) {
  return body.readUInt32LE(at);
}

/** The names at the end of a request. @param {Buffer} body @param {number} at */
function texts(body, at) {
  return body.subarray(at).toString('utf8').split('\0');
}

/** @param {number} code @param {Tree} tree @param {Request} request @param {Behaviour} behaviour */
export function answer(code, tree, request, behaviour) {
  const operation = operations.get(code);
  if (!operation) throw new Refusal(ENOSYS);
  return operation(tree, request, behaviour);
}
