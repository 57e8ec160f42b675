// @ts-check
// An import library names one file, node.exe, and Windows loads that file: under a host of another name (a renamed copy,
// Electron) the addon would come with a second Node, or not load. So the addon imports nothing from node.exe. What an import
// library would hold is made here instead, `__imp_NAME` (a pointer) and `NAME` (a jump through it), and
// win32-host-imports.c fills the pointers from the running program before the addon is used.

const jumps = {
  x64: (/** @type {string} */ name) => `  jmpq *__imp_${name}(%rip)`,
  // x16 is the register that a veneer may use (Procedure Call Standard for the Arm 64-bit Architecture).
  arm64: (/** @type {string} */ name) => `  adrp x16, __imp_${name}\n  ldr x16, [x16, :lo12:__imp_${name}]\n  br x16`,
};

/** @param {readonly string[]} names @param {'x64' | 'arm64'} arch */
export function hostImportsAssembly(names, arch) {
  return [
    '.text',
    ...names.map((name) => `.globl ${name}\n.balign 16\n${name}:\n${jumps[arch](name)}`),
    '.data',
    '.balign 8',
    '.globl ploke_io_host_imports',
    'ploke_io_host_imports:',
    ...names.map((name) => `.globl __imp_${name}\n__imp_${name}: .quad 0`),
    '.section .rdata,"dr"',
    '.globl ploke_io_host_import_names',
    'ploke_io_host_import_names:',
    ...names.map((name) => `  .asciz "${name}"`),
    '  .byte 0',
    '',
  ].join('\n');
}
