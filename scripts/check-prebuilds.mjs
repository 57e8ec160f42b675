// @ts-check
// npm run check:prebuilds: whether each binary of a release is there and is what its name says, and whether the package
// with them is of a size that is promised. Exit 0: all is well; 1: what is wrong, a line each.
//
// Run before packing too (scripts/check-package.mjs), where --allow-missing passes a package in which binaries are missing.
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { maximumPackageBytes, problemsOf } from './prebuild/rules.mjs';
import { prebuildFile, targets } from './prebuild/targets.mjs';
import { publishedFiles } from './published-files.mjs';

const { values: options } = parseArgs({
  options: {
    'allow-missing': { type: 'boolean', default: false },
    // The project's own folder; a test gives another.
    root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
  },
});
const root = realpathSync(options.root);
const projectRoot = realpathSync(fileURLToPath(new URL('..', import.meta.url)));

// With a separator at the end, since /root may be a part of another name.
const foreignPaths = [...new Set([root, projectRoot, homedir(), tmpdir(), realpathSync(tmpdir())])].map(
  (path) => `${path.replace(/\/$/, '')}/`,
);

/** @type {string[]} */
const problems = [];
const missing = [];
for (const target of targets) {
  const name = prebuildFile(target);
  if (!existsSync(join(root, name))) {
    missing.push(name);
    continue;
  }
  const file = readFileSync(join(root, name));
  const found = problemsOf(target, file, foreignPaths);
  problems.push(...found.map((problem) => `${name} ${problem}`));
  if (found.length === 0) console.log(`${name}  ${file.length} bytes`);
}
if (options['allow-missing']) for (const name of missing) console.warn(`${name} is missing, as was allowed`);
else problems.push(...missing.map((name) => `${name} is missing: npm run prebuild -- all`));

const listed = new Set(targets.map(prebuildFile));
for (const folder of readdirSync(join(root, 'prebuilds'), { withFileTypes: true })) {
  if (!folder.isDirectory()) continue;
  for (const name of readdirSync(join(root, 'prebuilds', folder.name))) {
    const file = join('prebuilds', folder.name, name);
    if (!listed.has(file)) problems.push(`${file} is no binary of a release, and would be published`);
  }
}

const report = publishedFiles(root);
if (report.unpackedSize > maximumPackageBytes) {
  problems.push(`the package has ${report.unpackedSize} bytes unpacked, ${maximumPackageBytes} are allowed`);
} else console.log(`the package has ${report.unpackedSize} bytes unpacked, ${report.size} packed`);

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
