// @ts-check
// Links the addon for Windows.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { linkTimeOptions, smallest, wholeProgram } from './flags.mjs';
import { run } from './toolchain.mjs';
import { hostImportsAssembly } from './win32-host-imports.mjs';

/**
 * zig lets nobody tell its linker how to compile the whole, nor to leave out what nobody calls. So zig is asked for the
 * linker's command, which then is run with that added.
 *
 * @param {import('./link-darwin.mjs').Link} link @returns {Promise<string>} the file
 */
export async function linkForWindows({ target, toolchain, directory, objects, uncaught, compiler, libraries }) {
  const options = { cwd: directory, env: toolchain.environment };
  const output = 'objects/ploke-io.node';
  const said = await run(
    toolchain.zig,
    [
      ...['c++', ...compiler, ...wholeProgram(target), ...smallest, '-v', '-shared', '-s', ...objects, uncaught],
      ...(await hostImports(target, objects, toolchain, directory)),
      // `-lntdll.lib` for the linker of Visual Studio.
      ...libraries.map((name) => name.replace(/\.lib$/, '')),
      ...['-o', output],
    ],
    options,
  );
  // Where zig's own libraries were not made yet, their links are told before.
  const command = said.split('\n').findLast((line) => line.startsWith('lld-link '));
  if (command === undefined) throw new Error(`zig did not say how it links:\n${said}`);
  const added = ['-opt:ref', ...linkTimeOptions.map((option) => `-mllvm:${option}`)];
  await run(toolchain.zig, [...command.trim().split(' '), ...added], options);
  return output;
}

/**
 * Compiles what stands for the import library of node.exe.
 *
 * @param {import('./targets.mjs').Target} target @param {readonly string[]} objects
 * @param {import('./toolchain.mjs').Toolchain} toolchain @param {string} directory
 */
async function hostImports(target, objects, toolchain, directory) {
  // The names in LLVM's bitcode stand there as they are; one too many, because it begins another, does no harm, and one that
  // is in no version of Node-API that is asked for is missed by the linker.
  const contents = objects.map((name) => readFileSync(join(directory, name)));
  const names = toolchain.functions.filter((name) => contents.some((content) => content.includes(name)));
  writeFileSync(join(directory, 'objects/host-imports.S'), hostImportsAssembly(names.toSorted(), target.arch));
  const here = new URL('win32-host-imports.c', import.meta.url);
  writeFileSync(join(directory, 'objects/host-imports.c'), readFileSync(here));
  const compiler = ['-target', target.triple, '-mcpu=baseline'];
  const options = { cwd: directory, env: toolchain.environment };
  const made = ['objects/host-imports-table.o', 'objects/host-imports.o'];
  await run(toolchain.zig, ['cc', ...compiler, '-c', 'objects/host-imports.S', '-o', made[0] ?? ''], options);
  await run(
    toolchain.zig,
    ['cc', ...compiler, '-O2', '-Wall', '-Wextra', '-c', 'objects/host-imports.c', '-o', made[1] ?? ''],
    options,
  );
  return made;
}
