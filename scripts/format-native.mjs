// @ts-check
// Formats the C and C++ sources with clang-format, or with --check only says which ones are not formatted.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

const files = ['native', 'test']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  // The peers of the benchmarks bring sources of their own.
  .filter((name) => /\.(c|cc|h)$/.test(name) && !name.split(sep).includes('node_modules'))
  .sort();

const { error, status } = spawnSync('clang-format', [...(check ? ['--dry-run', '-Werror'] : ['-i']), ...files], {
  cwd: root,
  // Without a file clang-format would wait for standard input.
  stdio: ['ignore', 'inherit', 'inherit'],
});

if (error) {
  // Versions of clang-format differ in details, so the one that CI installs (Debian 12's, 14) has the last word.
  console.error(`clang-format could not be run (${error.message}); the native sources were not checked`);
  process.exitCode = process.env.CI ? 1 : 0;
} else {
  process.exitCode = status ?? 1;
}
