import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { instructionsOf } from './callgrind-file.mjs';
import { inTreeInMemory, onOneProcessor } from './one-processor.mjs';

export const batchNames = [
  'readPacked',
  'readPlain',
  'readCalls',
  'readCallsTold',
  'scanStamps',
  'scanContents',
  'write',
];
const rounds = 3;

// The interpreter, which is part of node's own object file, instead of code that is made when a thread has time for it; no
// helpers, no randomness, and no collection but those that are asked for.
const nodeOptions = [
  ...['--jitless', '--single-threaded', '--hash-seed=1', '--random-seed=1'],
  ...['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'],
];
const environment = {
  // Ours is in our own object file, and needs the same instructions whatever the processor has for SHA-256.
  PLOKE_IO_PORTABLE_SHA256: '1',
  // memcpy(3) and its like in the form that every processor has.
  GLIBC_TUNABLES: 'glibc.cpu.hwcaps=-AVX,-AVX2,-AVX_Usable,-AVX2_Usable,-AVX512F,-AVX512VL,-ERMS,-FSRM',
};

/**
 * Instructions in user space that all threads together need for each batch, by where they are: `addon` without its SHA-256,
 * `sha256`, `libc` (copies, allocation, locks), and `node` (JavaScript, by the interpreter). The least of some rounds.
 *
 * @returns {Record<string, Record<string, number>>}
 */
export function measureInstructions() {
  return inTreeInMemory({ files: 256, directories: 16, bytes: 2000 }, (directory, folder) => {
    const marks = path.join(folder, 'marks.so');
    const source = ['-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', 'test/budgets/callgrind-marks.c'];
    execFileSync('cc', [...source, '-o', marks, '-ldl'], { stdio: ['ignore', 'inherit', 'inherit'] });
    const counts = path.join(folder, 'counts');
    const callgrind = ['-q', '--tool=callgrind', '--instr-atstart=no', `--callgrind-out-file=${counts}`];
    const command = [process.execPath, ...nodeOptions, 'test/budgets/instructions-child.mjs', directory, `${rounds}`];
    onOneProcessor('valgrind', [...callgrind, ...command], { ...environment, LD_PRELOAD: marks });
    return Object.fromEntries(batchNames.map((name, index) => [name, leastOf(counts, index * rounds)]));
  });
}

/** The least of each part in the files of the rounds after `from`; callgrind numbers them from 1. */
function leastOf(counts, from) {
  const each = Array.from({ length: rounds }, (_, round) => {
    return instructionsOf(readFileSync(`${counts}.${from + round + 1}`, 'utf8'), partOf);
  });
  const parts = ['addon', 'sha256', 'libc', 'node'];
  return Object.fromEntries(parts.map((part) => [part, Math.min(...each.map((sum) => sum.get(part) ?? 0))]));
}

function partOf(object, name) {
  if (object.endsWith('/ploke_io.node')) return name.includes('PortableSha256::') ? 'sha256' : 'addon';
  if (object === process.execPath) return 'node';
  return /\/libc\.so|\/libc-/.test(object) ? 'libc' : undefined;
}
