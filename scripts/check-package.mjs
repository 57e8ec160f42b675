// @ts-check
// Runs before packing (`npm pack`, `npm publish`): builds dist/ from nothing and checks that what package.json promises
// is there, so that a package with a dangling entry cannot be made. With --build it builds first. The prebuilds must all be
// there and be what scripts/check-prebuilds.mjs asks for. PLOKE_IO_PACK_WITHOUT_PREBUILDS=1 lets a developer, or a test, pack
// without some of them; it has no effect on `npm publish`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { declarationProblems } from './published-declarations.mjs';
import { publishedFiles } from './published-files.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

if (process.argv.includes('--build')) {
  // A file whose source is gone would be packed for ever, as tsc never removes anything.
  rmSync(dist, { recursive: true, force: true });
  const tsc = fileURLToPath(import.meta.resolve('typescript/lib/tsc.js'));
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const mayLack = process.env.PLOKE_IO_PACK_WITHOUT_PREBUILDS === '1' && process.env.npm_command !== 'publish';
const checkPrebuilds = fileURLToPath(new URL('check-prebuilds.mjs', import.meta.url));
// npm takes what the script prints for its own output (`npm pack --json`).
const prebuilds = spawnSync(process.execPath, [checkPrebuilds, ...(mayLack ? ['--allow-missing'] : [])], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (prebuilds.error) throw prebuilds.error;

/** @type {{ exports: unknown, bin: Record<string, string>, files: string[] }} */
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** @param {unknown} target @returns {string[]} */
const pathsIn = (target) =>
  typeof target === 'string'
    ? [target]
    : typeof target === 'object' && target
      ? Object.values(target).flatMap(pathsIn)
      : [];

const problems = [
  ...[...pathsIn(manifest.exports), ...Object.values(manifest.bin), ...manifest.files]
    .filter((path) => !path.includes('*') && !existsSync(join(root, path)))
    .map((path) => `package.json names ${path}, which does not exist`),
  ...Object.values(manifest.bin)
    .filter((path) => existsSync(join(root, path)) && !readFileSync(join(root, path), 'utf8').startsWith('#!'))
    .map((path) => `${path} has no #! line, so no shell can run it`),
  ...(existsSync(dist) ? readdirSync(dist, { recursive: true, encoding: 'utf8' }) : [])
    .filter((name) => name.endsWith('.js') && readFileSync(join(dist, name), 'utf8').includes(root))
    .map((name) => `dist/${name} contains the path of this machine's work tree`),
  ...declarationProblems(
    root,
    manifest.exports,
    publishedFiles(root).files.map(({ path }) => path),
  ),
];

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 || prebuilds.status !== 0 ? 1 : 0;
