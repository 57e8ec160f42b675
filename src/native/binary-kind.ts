import { closeSync, openSync, readSync } from 'node:fs';

const elfProcessors = new Map([
  [62, 'x64'],
  [183, 'arm64'],
]);
const peProcessors = new Map([
  [0x8664, 'x64'],
  [0xaa64, 'arm64'],
]);
const machOProcessors = new Map([
  [0x01000007, 'x64'],
  [0x0100000c, 'arm64'],
]);

/**
 * The platform and processor that a shared library is for, as Node spells them: `linux-arm64`.
 * undefined: no header of one that could be read. From elf(5), Microsoft's "PE Format" and Apple's <mach-o/loader.h>.
 */
export function binaryKind(path: string): string | undefined {
  const header = Buffer.alloc(4096);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  if (header.toString('latin1', 0, 4) === '\x7fELF') return kind('linux', elfProcessors, header.readUInt16LE(18));
  if (header.readUInt32LE(0) === 0xfeedfacf) return kind('darwin', machOProcessors, header.readUInt32LE(4));
  const pe = header.readUInt32LE(0x3c);
  if (header.toString('latin1', 0, 2) !== 'MZ' || pe > header.length - 6) return undefined;
  return kind('win32', peProcessors, header.readUInt16LE(pe + 4));
}

function kind(platform: string, processors: ReadonlyMap<number, string>, processor: number): string {
  return `${platform}-${processors.get(processor) ?? `processor ${processor}`}`;
}
