// @ts-check
// Microsoft, "PE Format".
import { textAt } from './text-at.mjs';

const architectures = /** @type {Record<number, string>} */ ({ 34404: 'x64', 43620: 'arm64' });
const directory = { exports: 0, imports: 1, debug: 6, delayed: 13 };

/** @param {Buffer} file @returns {import('./describe.mjs').Binary | undefined} */
export function describePe(file) {
  if (file.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const header = file.readUInt32LE(0x3c);
  // A 32-bit file has 0x10b there.
  if (file.toString('latin1', header, header + 4) !== 'PE\0\0' || file.readUInt16LE(header + 24) !== 0x20b)
    return undefined;
  const machine = file.readUInt16LE(header + 4);
  const optional = header + 24;
  const sectionTable = optional + file.readUInt16LE(header + 20);
  const sections = Array.from({ length: file.readUInt16LE(header + 6) }, (_, index) => {
    const at = sectionTable + index * 40;
    return {
      address: file.readUInt32LE(at + 12),
      size: file.readUInt32LE(at + 16),
      offset: file.readUInt32LE(at + 20),
    };
  });
  /** Where in the file an address of the loaded image is. @param {number} address */
  const offset = (address) => {
    const found = sections.find((each) => address >= each.address && address < each.address + each.size);
    if (found === undefined) throw new RangeError(`address ${address}`);
    return found.offset + address - found.address;
  };
  /** @param {number} index @returns {number | undefined} */
  const directoryAt = (index) => {
    if (index >= file.readUInt32LE(optional + 108)) return undefined;
    const address = file.readUInt32LE(optional + 112 + index * 8);
    return address === 0 ? undefined : offset(address);
  };
  /** @param {number} index @param {number} size of an entry @param {number} name its field @returns {string[]} */
  const librariesOf = (index, size, name) => {
    const found = [];
    for (let at = directoryAt(index); at !== undefined && file.readUInt32LE(at + name) !== 0; at += size) {
      found.push(textAt(file, offset(file.readUInt32LE(at + name))));
    }
    return found;
  };

  const table = directoryAt(directory.exports);
  const names = table === undefined ? 0 : file.readUInt32LE(table + 24);
  const namesAt = table === undefined || names === 0 ? 0 : offset(file.readUInt32LE(table + 32));
  return {
    format: 'PE',
    arch: architectures[machine] ?? `processor 0x${machine.toString(16)}`,
    exports: Array.from({ length: names }, (_, index) => textAt(file, offset(file.readUInt32LE(namesAt + index * 4)))),
    libraries: [...librariesOf(directory.imports, 20, 12), ...librariesOf(directory.delayed, 32, 4)],
    versions: [],
    unversioned: [],
    hasSymbols: file.readUInt32LE(header + 12) !== 0 || directoryAt(directory.debug) !== undefined,
    minimumSystem: undefined,
    isSigned: false,
    searchPaths: [],
  };
}
