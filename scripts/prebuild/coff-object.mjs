// @ts-check
// The symbols that an object file for Windows wants from elsewhere (PE Format, "COFF File Header" and "COFF Symbol Table").
const symbolSize = 18;
const external = 2; // IMAGE_SYM_CLASS_EXTERNAL

/** @param {Buffer} file @returns {string[]} */
export function undefinedSymbols(file) {
  const table = file.readUInt32LE(8);
  const count = file.readUInt32LE(12);
  const strings = table + count * symbolSize;
  const found = [];
  for (let index = 0; index < count; index++) {
    const at = table + index * symbolSize;
    const isWanted =
      file.readInt16LE(at + 12) === 0 && file.readUInt32LE(at + 8) === 0 && file.readUInt8(at + 16) === external;
    // A name longer than eight bytes is in the string table: four bytes of zero and its offset.
    const isLong = file.readUInt32LE(at) === 0;
    const start = isLong ? strings + file.readUInt32LE(at + 4) : at;
    const end = file.indexOf(0, start);
    if (isWanted) found.push(file.toString('latin1', start, isLong ? end : Math.min(end, at + 8)));
    // Auxiliary records follow their symbol.
    index += file.readUInt8(at + 17);
  }
  return found;
}
