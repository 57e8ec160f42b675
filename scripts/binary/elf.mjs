// @ts-check
// System V ABI, "Object Files"; the version tables are in LSB Core, "Symbol Versioning".
import { textAt } from './text-at.mjs';

const architectures = /** @type {Record<number, string>} */ ({ 62: 'x64', 183: 'arm64' });
const section = { symbols: 2, dynamic: 6, dynamicSymbols: 11, versionsNeeded: 0x6ffffffe, symbolVersions: 0x6fffffff };
const tag = { needed: 1, searchPath: 15, runPath: 29 };

/** @param {Buffer} file @returns {import('./describe.mjs').Binary | undefined} */
export function describeElf(file) {
  // 64 bits, little endian.
  if (file.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return undefined;
  const machine = file.readUInt16LE(18);
  const headers = Number(file.readBigUInt64LE(40));
  const sections = Array.from({ length: file.readUInt16LE(60) }, (_, index) => {
    const at = headers + index * file.readUInt16LE(58);
    const [offset, size] = [24, 32].map((field) => Number(file.readBigUInt64LE(at + field)));
    return { type: file.readUInt32LE(at + 4), offset: offset ?? 0, size: size ?? 0, link: file.readUInt32LE(at + 40) };
  });
  /** @param {number} type */
  const found = (type) => sections.find((each) => each.type === type);
  const symbols = found(section.dynamicSymbols);
  const names = sections[symbols?.link ?? -1]?.offset;
  if (symbols === undefined || names === undefined) throw new RangeError('no table of dynamic symbols');

  const exports = [];
  const unversioned = [];
  const versionOf = found(section.symbolVersions)?.offset;
  for (let index = 1; index < symbols.size / 24; index++) {
    const at = symbols.offset + index * 24;
    const name = textAt(file, names + file.readUInt32LE(at));
    const isLocal = file.readUInt8(at + 4) >> 4 === 0;
    const visibility = file.readUInt8(at + 5) & 3;
    // Versions 0 and 1 are `local` and `global`: none of a library.
    const version = versionOf === undefined ? 0 : file.readUInt16LE(versionOf + index * 2) & 0x7fff;
    if (file.readUInt16LE(at + 6) === 0) {
      if (version < 2) unversioned.push(name);
    } else if (!isLocal && (visibility === 0 || visibility === 3)) exports.push(name);
  }

  const dynamic = entriesOf(file, found(section.dynamic));
  /** @param {number} wanted */
  const texts = (wanted) => dynamic.filter(([key]) => key === wanted).map(([, at]) => textAt(file, names + at));
  return {
    format: 'ELF',
    arch: architectures[machine] ?? `processor ${machine}`,
    exports,
    libraries: texts(tag.needed),
    versions: versionsOf(file, found(section.versionsNeeded), names),
    unversioned,
    hasSymbols: found(section.symbols) !== undefined,
    minimumSystem: undefined,
    isSigned: false,
    searchPaths: [...texts(tag.searchPath), ...texts(tag.runPath)],
  };
}

/** @param {Buffer} file @param {{ offset: number, size: number } | undefined} table @returns {[number, number][]} */
function entriesOf(file, table) {
  return Array.from({ length: (table?.size ?? 0) / 16 }, (_, index) => {
    const at = (table?.offset ?? 0) + index * 16;
    return [Number(file.readBigUInt64LE(at)), Number(file.readBigUInt64LE(at + 8))];
  });
}

/** @param {Buffer} file @param {{ offset: number } | undefined} table @param {number} names @returns {string[]} */
function versionsOf(file, table, names) {
  const found = [];
  // Verneed: version, count, file, first entry, next; Vernaux: hash, flags, other, name, next.
  for (let at = table?.offset ?? 0, step = at; step !== 0; step = file.readUInt32LE(at + 12), at += step) {
    let entry = at + file.readUInt32LE(at + 8);
    for (let left = file.readUInt16LE(at + 2); left > 0; left--) {
      found.push(textAt(file, names + file.readUInt32LE(entry + 8)));
      entry += file.readUInt32LE(entry + 12);
    }
  }
  return [...new Set(found)];
}
