// @ts-check
// The package's declarations, as the oldest and the newest compiler that is claimed reads them (README, Types).
import { symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { passes, root } from './workbench.mjs';

/** Declarations are checked as well: there is no `skipLibCheck`. */
const flags = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--target', 'es2022', '--types', 'node'].concat([
  '--lib',
  'es2023,esnext.disposable',
]);
const resolutions = {
  node16: ['--module', 'node16'],
  nodenext: ['--module', 'nodenext'],
  bundler: ['--module', 'esnext', '--moduleResolution', 'bundler'],
};

/** @param {import('./workbench.mjs').Workbench} bench @param {string} consumer @returns {[string, () => void][]} */
export function typeCases(bench, consumer) {
  // Of the versions in the project's lock file.
  for (const name of ['@types', 'undici-types'])
    symlinkSync(join(root, 'node_modules', name), join(consumer, 'node_modules', name));
  const compilers = {
    oldest: join(bench.tool('typescript-oldest'), 'bin/tsc'),
    newest: createRequire(import.meta.url).resolve('typescript/bin/tsc'),
  };
  return [
    ...Object.entries(compilers).flatMap(([age, compiler]) =>
      Object.entries(resolutions).map(
        /** @returns {[string, () => void]} */
        ([resolution, words]) => [
          `types, the ${age} TypeScript, ${resolution}`,
          () => passes(consumer, [compiler, ...flags, ...words, 'types.mts']),
        ],
      ),
    ),
    [
      'types, required by a CommonJS module',
      () => passes(consumer, [compilers.newest, ...flags, ...resolutions.nodenext, 'types.cts']),
    ],
  ];
}
