import { closeSync, openSync, readSync } from 'node:fs';

export type CLibrary = 'glibc' | 'musl';

const programHeaderSize = 56;
const interpreter = 3; // PT_INTERP, elf(5)

/**
 * Which C library a Linux program was linked with: the one whose loader its header names. A file like /etc/alpine-release
 * tells the distribution only, and a system may have the loaders of both. `'glibc'` where the program names none.
 */
export function cLibraryOf(program: string): CLibrary {
  try {
    return (loaderOf(program) ?? '').includes('/ld-musl-') ? 'musl' : 'glibc';
  } catch {
    // Not readable, as in a sandbox that shows a program no file of its own: nearly every system has glibc.
    return 'glibc';
  }
}

function loaderOf(program: string): string | undefined {
  const file = openSync(program, 'r');
  try {
    const read = (position: number, length: number): Buffer => {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(file, buffer, 0, length, position));
    };
    const header = read(0, 64);
    // 64 bits, little endian.
    if (header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return undefined;
    const start = Number(header.readBigUInt64LE(32));
    const table = read(start, header.readUInt16LE(56) * programHeaderSize);
    for (let at = 0; at + programHeaderSize <= table.length; at += programHeaderSize) {
      if (table.readUInt32LE(at) !== interpreter) continue;
      const length = Number(table.readBigUInt64LE(at + 32));
      return read(Number(table.readBigUInt64LE(at + 8)), Math.min(length, 4096)).toString('latin1');
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}
