// @ts-check
// Windows and macOS: gyp on Linux writes makefiles for Linux only, so zig is called for each source of binding.gyp.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { undefinedSymbols } from './coff-object.mjs';
import { compilerFlags, compileUncaught, fastSources, smallest } from './flags.mjs';
import { gypTarget } from './gyp-target.mjs';
import { stage } from './stage.mjs';
import { oldest, prebuildFile } from './targets.mjs';
import { root, run } from './toolchain.mjs';
import { hostImportsAssembly } from './win32-host-imports.mjs';

const atOnce = 2;

/**
 * @param {import('./targets.mjs').Target} target @param {import('./toolchain.mjs').Toolchain} toolchain
 * @returns {Promise<string>} the file
 */
export async function buildDirect(target, toolchain) {
  const { directory } = stage(target.name, toolchain);
  const isWindows = target.platform === 'win32';
  /** @type {{ OS: 'win' | 'mac', target_arch: string }} */
  const platform = { OS: isWindows ? 'win' : 'mac', target_arch: target.arch };
  const gyp = gypTarget(readFileSync(join(directory, 'binding.gyp'), 'utf8'), platform, directory);
  const promised = gyp.xcodeSettings['MACOSX_DEPLOYMENT_TARGET'];
  if (promised !== undefined && promised !== oldest.macos) {
    throw new Error(`binding.gyp is for macOS ${promised}, scripts/prebuild/targets.mjs for ${oldest.macos}`);
  }

  const compiler = compilerFlags(target, toolchain, directory);
  const defines = [...gyp.defines, 'BUILDING_NODE_EXTENSION', `NODE_GYP_MODULE_NAME=${gyp.name}`];
  const include = ['node/include/node', ...gyp.include_dirs].map((name) => `-I${name}`);
  const flags = [...gyp.cflags, ...gyp.cflags_cc, '-fno-rtti', '-fvisibility-inlines-hidden', ...include];
  const options = { cwd: directory, env: toolchain.environment };

  mkdirSync(join(directory, 'objects'));
  const objects = gyp.sources.map((source) => join('objects', `${basename(source)}.o`));
  if (new Set(objects).size < objects.length) throw new Error('two sources in binding.gyp have the same name');
  await inTurns(gyp.sources, (source, index) =>
    run(
      toolchain.zig,
      [
        'c++',
        ...compiler,
        ...flags,
        ...defines.map((define) => `-D${define}`),
        ...(fastSources.includes(source) ? [] : smallest),
        '-c',
        source,
        '-o',
        objects[index] ?? '',
      ],
      options,
    ),
  );

  const output = 'objects/ploke-io.node';
  const link = ['c++', ...compiler, ...smallest, '-shared', '-s', ...objects, '-o', output];
  link.push(await compileUncaught(compiler, toolchain, directory));
  if (isWindows) {
    link.push(...(await hostImports(target, objects, toolchain, directory)));
    // `-lntdll.lib` for the linker of Visual Studio.
    link.push(...gyp.libraries.map((name) => name.replace(/\.lib$/, '')), '-Wl,--gc-sections');
  } else {
    // Node-API is looked up in the program that loads the addon, dlopen(3) of macOS.
    link.push('-Wl,-undefined,dynamic_lookup', '-Wl,-dead_strip', '-install_name', '@rpath/ploke-io.node');
    link.push(...gyp.libraries);
  }
  await run(toolchain.zig, link, options);

  const file = prebuildFile(target);
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), readFileSync(join(directory, output)));
  return file;
}

/**
 * Compiles what stands for the import library of node.exe.
 *
 * @param {import('./targets.mjs').Target} target @param {readonly string[]} objects
 * @param {import('./toolchain.mjs').Toolchain} toolchain @param {string} directory
 */
async function hostImports(target, objects, toolchain, directory) {
  const wanted = new Set(objects.flatMap((name) => undefinedSymbols(readFileSync(join(directory, name)))));
  const names = [...new Set([...wanted].map((name) => name.replace(/^__imp_/, '')))].filter((name) =>
    /^(napi|node_api)_/.test(name),
  );
  const tooNew = names.filter((name) => !toolchain.functions.includes(name));
  if (tooNew.length > 0) throw new Error(`not in the version of Node-API that is asked for: ${tooNew.join(', ')}`);
  writeFileSync(join(directory, 'objects/host-imports.S'), hostImportsAssembly(names.sort(), target.arch));
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

/** @template T @param {readonly T[]} items @param {(item: T, index: number) => Promise<void>} work */
async function inTurns(items, work) {
  const left = items.entries();
  const turn = async () => {
    for (const [index, item] of left) await work(item, index);
  };
  await Promise.all(Array.from({ length: atOnce }, turn));
}
