// @ts-check
// The package in bundles: outside of one, and inside with the addon beside it.
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { works } from './workbench.mjs';

const staticProgram = `const { provideNativeAddon } = require('ploke-io/native');
provideNativeAddon(require('ploke-io/prebuilds/linux-x64/ploke-io.glibc.node'));
require('./smoke.mjs').smoke(require('ploke-io'));
`;

/** @typedef {import('./workbench.mjs').Workbench} Workbench */

/** @param {Workbench} bench @param {string} consumer @returns {[string, () => void | Promise<void>][]} */
export function esbuildCases(bench, consumer) {
  /** @param {string} entry @param {Record<string, unknown>} more */
  async function esbuild(entry, more) {
    const { build } = await import(join(bench.tool('esbuild'), 'lib/main.js'));
    const outfile = join(consumer, `bundle-${entry.replace(/\W/g, '-')}.${more.format === 'cjs' ? 'cjs' : 'mjs'}`);
    await build({
      entryPoints: [join(consumer, entry)],
      absWorkingDir: consumer,
      bundle: true,
      platform: 'node',
      logLevel: 'error',
      outfile,
      ...more,
    });
    return outfile;
  }

  /** A bundle runs where no node_modules are. @param {string} bundle @param {string} name */
  function alone(bundle, name) {
    const directory = join(bench.directory, name);
    mkdirSync(directory);
    cpSync(bundle, join(directory, 'program.cjs'));
    for (const file of readdirSync(consumer))
      if (file.endsWith('.node')) cpSync(join(consumer, file), join(directory, file));
    return directory;
  }

  const commonJs = { format: 'cjs', logOverride: { 'empty-import-meta': 'silent' } };
  return [
    [
      'esbuild, the package external',
      async () => works(consumer, [await esbuild('import.mjs', { format: 'esm', external: ['ploke-io'] })]),
    ],
    [
      'esbuild, one file and the binary that the program requires',
      async () => {
        writeFileSync(join(consumer, 'static.cjs'), staticProgram);
        const bundle = await esbuild('static.cjs', { ...commonJs, loader: { '.node': 'copy' } });
        works(alone(bundle, 'static'), ['program.cjs']);
      },
    ],
    [
      'esbuild, one file and a folder named by the environment',
      async () => {
        const bundle = await esbuild('require.cjs', commonJs);
        const environment = { PLOKE_IO_NATIVE_DIRECTORY: join(consumer, 'node_modules/ploke-io') };
        works(alone(bundle, 'environment'), ['program.cjs'], { environment });
      },
    ],
  ];
}

/** @param {Workbench} bench @param {string} consumer @returns {[string, () => void][]} */
export function webpackCases(bench, consumer) {
  return [
    [
      'webpack, one file and the binary that the program requires',
      () => {
        writeFileSync(join(consumer, 'static.cjs'), staticProgram);
        const environment = { WEBPACK: bench.tool('webpack'), NODE_LOADER: bench.tool('node-loader') };
        works(consumer, ['webpack.cjs'], { environment });
        const alone = join(bench.directory, 'webpack');
        cpSync(join(consumer, 'webpack'), alone, { recursive: true });
        works(alone, ['main.cjs']);
      },
    ],
  ];
}
