// @ts-check
// What a shared library says of itself, read from its own tables: no program of this machine knows all three formats.
import { describeElf } from './elf.mjs';
import { describeMachO } from './mach-o.mjs';
import { describePe } from './pe.mjs';

/**
 * @typedef {object} Binary
 * @property {'ELF' | 'PE' | 'Mach-O'} format
 * @property {string} arch as `process.arch` has it, or the number of the processor in the header
 * @property {string[]} exports names that others can look up
 * @property {string[]} libraries what the loader has to find
 * @property {string[]} versions symbol versions that the libraries must have (ELF)
 * @property {string[]} unversioned undefined names without a version (ELF)
 * @property {boolean} hasSymbols whether a table of local symbols or of debugging was left
 * @property {string | undefined} minimumSystem oldest version of the system (Mach-O)
 * @property {boolean} isSigned whether it carries a code signature (Mach-O)
 * @property {string[]} searchPaths folders written into it where libraries are looked for
 */

/** @param {Buffer} file @returns {Binary | string} a string says what is wrong with it */
export function describeBinary(file) {
  try {
    return describeElf(file) ?? describePe(file) ?? describeMachO(file) ?? 'neither ELF nor PE nor Mach-O, 64 bits';
  } catch (error) {
    // An offset that leads out of the file: it was cut off, or is damaged.
    if (error instanceof RangeError) return `its tables lead out of the file (${error.message})`;
    throw error;
  }
}
