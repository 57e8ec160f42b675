// A thread of with-fuse.mjs: serves the file system of a /dev/fuse that is open and mounted, until it is unmounted.
import { readSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { answer, requestBytes } from './protocol.mjs';
import { Refusal, Tree } from './tree.mjs';

const headerBytes = 40;
const { device, behaviour } = workerData;
const { stampUnitNs, takesRenameFlags, lateSizes } = behaviour;
const tree = new Tree({ stampUnitNs: BigInt(stampUnitNs), takesRenameFlags, lateSizes });
const buffer = Buffer.alloc(requestBytes);

for (let size = receive(); size !== undefined; size = receive()) {
  const request = { node: buffer.readBigUInt64LE(16), body: buffer.subarray(headerBytes, size) };
  reply(buffer.readBigUInt64LE(8), buffer.readUInt32LE(4), request);
}

/** The size of the next request; undefined: it is unmounted. */
function receive() {
  for (;;) {
    try {
      return readSync(device, buffer, 0, buffer.length, null);
    } catch (error) {
      if (error.code === 'ENODEV') return undefined;
      // ENOENT: the request was taken back meanwhile (fuse(4)).
      if (error.code !== 'ENOENT' && error.code !== 'EINTR' && error.code !== 'EAGAIN') throw error;
    }
  }
}

function reply(unique, code, request) {
  let errno = 0;
  let body = Buffer.alloc(0);
  try {
    const answered = answer(code, tree, request, behaviour);
    if (answered === undefined) return;
    body = answered;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    errno = error.errno;
  }
  const header = Buffer.alloc(16);
  header.writeUInt32LE(header.length + body.length, 0);
  header.writeInt32LE(-errno, 4);
  header.writeBigUInt64LE(unique, 8);
  try {
    writeSync(device, Buffer.concat([header, body]));
  } catch (error) {
    // Nobody waits for it any more.
    if (error.code !== 'ENOENT' && error.code !== 'ENODEV') throw error;
  }
}
