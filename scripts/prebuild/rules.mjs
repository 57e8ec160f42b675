// @ts-check
// What a binary of a release has to be like. Each rule gives its own message, and all that are broken are told.
import { describeBinary } from '../binary/describe.mjs';
import { oldest } from './targets.mjs';

/** @typedef {import('./targets.mjs').Target} Target */
/** @typedef {import('../binary/describe.mjs').Binary} Binary */

export const maximumBytes = 350_000;
/** Why not less: prebuilds/README.md. */
export const maximumPackageBytes = 4_250_000;

// Node looks these up; any other name could stand in for one of the host, or the other way round (native/exports.map).
const exportedNames = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

const formats = /** @type {const} */ ({ linux: 'ELF', win32: 'PE', darwin: 'Mach-O' });

// All of them are parts of the C library or of the system, on every version that is promised.
const libraries = {
  glibc: /^(libc\.so\.6|libm\.so\.6|libpthread\.so\.0|libdl\.so\.2|librt\.so\.1|ld-linux-(x86-64|aarch64)\.so\.[12])$/,
  // musl is one file, which answers to this name on every distribution.
  musl: /^libc\.so$/,
  win32: /^(kernel32|ntdll|advapi32|msvcrt|ucrtbase|api-ms-win-crt-[a-z]+-l1-1-0)\.dll$/i,
  darwin: /^\/usr\/lib\/(libSystem\.B|libc\+\+\.1)\.dylib$/,
};

/**
 * @param {Target} target @param {Buffer} file
 * @param {readonly string[]} foreignPaths folders of this machine, none of which may be named in the file
 * @returns {string[]} what is wrong
 */
export function problemsOf(target, file, foreignPaths) {
  const problems = pathProblems(file, foreignPaths);
  if (file.length > maximumBytes) problems.push(`has ${file.length} bytes, ${maximumBytes} are allowed`);
  const binary = describeBinary(file);
  if (typeof binary === 'string') return [binary, ...problems];
  const format = formats[target.platform];
  if (binary.format !== format)
    return [`is a file of ${binary.format} for ${binary.arch}, not of ${format}`, ...problems];
  if (binary.arch !== target.arch) problems.push(`is for ${binary.arch}, not for ${target.arch}`);

  const exported = binary.exports.toSorted();
  if (exported.join() !== exportedNames.join()) {
    problems.push(`exports ${exported.join(', ') || 'nothing'}, not ${exportedNames.join(' and ')} alone`);
  }
  const allowed = libraries[target.libc ?? (target.platform === 'win32' ? 'win32' : 'darwin')];
  const foreign = binary.libraries.filter((name) => !allowed.test(name));
  if (foreign.length > 0) problems.push(`needs ${foreign.join(', ')}, which not every system has`);
  if (binary.hasSymbols) problems.push('is not stripped');
  if (binary.searchPaths.length > 0) problems.push(`looks for libraries in ${binary.searchPaths.join(', ')}`);
  return [...problems, ...floorProblems(target, binary)];
}

/** @param {Target} target @param {Binary} binary @returns {string[]} */
function floorProblems(target, binary) {
  const problems = [];
  if (target.platform === 'linux') {
    const isTooNew = (/** @type {string} */ version) =>
      target.libc === 'musl' || !version.startsWith('GLIBC_') || isLater(version.slice('GLIBC_'.length), oldest.glibc);
    const tooNew = binary.versions.filter(isTooNew);
    const promised = target.libc === 'musl' ? 'musl has no versions' : `GLIBC_${oldest.glibc} is promised`;
    if (tooNew.length > 0) problems.push(`needs the symbol versions ${tooNew.join(', ')}; ${promised}`);
    // In glibc every function has a version, so what has none is found in the host, or nowhere.
    const unknown = binary.unversioned.filter(
      (name) => !/^(napi_|node_api_|__gmon_start__$|_ITM_|__cxa_finalize$)/.test(name),
    );
    if (target.libc === 'glibc' && unknown.length > 0) problems.push(`wants ${unknown.join(', ')} of no library`);
  }
  if (target.platform === 'darwin') {
    if (binary.minimumSystem !== oldest.macos) {
      problems.push(`is for macOS ${binary.minimumSystem ?? 'of no version'} and later, not for ${oldest.macos}`);
    }
    // The kernel kills a process that maps unsigned code there.
    if (target.arch === 'arm64' && !binary.isSigned) problems.push('has no code signature, not even an ad-hoc one');
  }
  return problems;
}

/** @param {string} version @param {string} than */
function isLater(version, than) {
  const numbers = version.split('.').map(Number);
  const others = than.split('.').map(Number);
  const at = numbers.findIndex((number, index) => number !== (others[index] ?? 0));
  // NaN, as in GLIBC_PRIVATE, is no version that could be promised.
  return numbers.some(Number.isNaN) || (at >= 0 && (numbers[at] ?? 0) > (others[at] ?? 0));
}

/** @param {Buffer} file @param {readonly string[]} foreignPaths */
function pathProblems(file, foreignPaths) {
  return foreignPaths
    .filter((path) => file.includes(path) || file.includes(Buffer.from(path, 'utf16le')))
    .map((path) => `contains ${path}, a path of the machine that made it`);
}
