// @ts-check
// Apple's <mach-o/loader.h>; the trie of exported names is described in <mach-o/dyld.h> and in dyld's sources.
import { textAt } from './text-at.mjs';

const architectures = /** @type {Record<number, string>} */ ({ 16777223: 'x64', 16777228: 'arm64' });
const command = {
  symbols: 0x02,
  library: 0x0c,
  weakLibrary: 0x80000018,
  reexportedLibrary: 0x8000001f,
  searchPath: 0x8000001c,
  signature: 0x1d,
  dyldInformation: 0x22,
  dyldInformationOnly: 0x80000022,
  oldestMacOs: 0x24,
  build: 0x32,
  exportsTrie: 0x80000033,
};
const debugging = 0xe0; // N_STAB

/** @param {Buffer} file @returns {import('./describe.mjs').Binary | undefined} */
export function describeMachO(file) {
  if (file.length < 32 || file.readUInt32LE(0) !== 0xfeedfacf) return undefined;
  const processor = file.readUInt32LE(4);
  /** @type {import('./describe.mjs').Binary} */
  const binary = {
    format: 'Mach-O',
    arch: architectures[processor] ?? `processor ${processor}`,
    exports: [],
    libraries: [],
    versions: [],
    unversioned: [],
    hasSymbols: false,
    minimumSystem: undefined,
    isSigned: false,
    searchPaths: [],
  };
  let at = 32;
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    const kind = file.readUInt32LE(at);
    const field = (/** @type {number} */ index) => file.readUInt32LE(at + 8 + index * 4);
    if (kind === command.library || kind === command.weakLibrary || kind === command.reexportedLibrary) {
      binary.libraries.push(textAt(file, at + field(0)));
    } else if (kind === command.searchPath) binary.searchPaths.push(textAt(file, at + field(0)));
    else if (kind === command.signature) binary.isSigned = field(1) > 0;
    else if (kind === command.oldestMacOs) binary.minimumSystem = version(field(0));
    // A platform other than 1, macOS (2 is iOS, 6 Mac Catalyst), is not what the name of the file says.
    else if (kind === command.build) binary.minimumSystem = field(0) === 1 ? version(field(1)) : `platform ${field(0)}`;
    else if (kind === command.exportsTrie) binary.exports.push(...exportedNames(file, field(0), field(1)));
    else if (kind === command.dyldInformation || kind === command.dyldInformationOnly) {
      binary.exports.push(...exportedNames(file, field(8), field(9)));
    } else if (kind === command.symbols) binary.hasSymbols = hasDebugging(file, field(0), field(1));
    at += file.readUInt32LE(at + 4);
  }
  return binary;
}

/** @param {number} number 16, 8 and 8 bits */
function version(number) {
  return `${number >> 16}.${(number >> 8) & 0xff}`;
}

/** @param {Buffer} file @param {number} start @param {number} count */
function hasDebugging(file, start, count) {
  return Array.from({ length: count }, (_, index) => file.readUInt8(start + index * 16 + 4)).some(
    (type) => (type & debugging) !== 0,
  );
}

/** @param {Buffer} file @param {number} start @param {number} size @returns {string[]} */
function exportedNames(file, start, size) {
  if (size === 0) return [];
  /** @type {string[]} */
  const found = [];
  const seen = new Set();
  /** @param {number} node @param {string} prefix */
  const visit = (node, prefix) => {
    if (node >= size || seen.has(node)) throw new RangeError(`node ${node} of the exported names`);
    seen.add(node);
    const [terminal, afterSize] = uleb128(file, start + node);
    // C names have an underscore before them on macOS; others are looked up as they are.
    if (terminal > 0) found.push(prefix.replace(/^_/, ''));
    let at = afterSize + terminal;
    for (let children = file.readUInt8(at++); children > 0; children--) {
      const edge = textAt(file, at);
      const [child, next] = uleb128(file, at + edge.length + 1);
      visit(child, prefix + edge);
      at = next;
    }
  };
  visit(0, '');
  return found;
}

/** @param {Buffer} file @param {number} at @returns {[number, number]} the number and where it ends */
function uleb128(file, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = file.readUInt8(at++);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}
