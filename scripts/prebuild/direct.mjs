// @ts-check
// Windows and macOS: gyp on Linux writes makefiles for Linux only, so zig is called for each source of binding.gyp.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { compilerFlags, compileUncaught, fastSources, smallest, wholeProgram } from './flags.mjs';
import { gypTarget } from './gyp-target.mjs';
import { linkForMac } from './link-darwin.mjs';
import { linkForWindows } from './link-win32.mjs';
import { stage } from './stage.mjs';
import { oldest, prebuildFile } from './targets.mjs';
import { root, run } from './toolchain.mjs';

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
        ...wholeProgram(target),
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

  const uncaught = await compileUncaught(compiler, toolchain, directory);
  const link = isWindows ? linkForWindows : linkForMac;
  const output = await link({ target, toolchain, directory, objects, uncaught, compiler, libraries: gyp.libraries });

  const file = prebuildFile(target);
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), readFileSync(join(directory, output)));
  return file;
}

/** @template T @param {readonly T[]} items @param {(item: T, index: number) => Promise<unknown>} work */
async function inTurns(items, work) {
  const left = items.entries();
  const turn = async () => {
    for (const [index, item] of left) await work(item, index);
  };
  await Promise.all(Array.from({ length: atOnce }, turn));
}
