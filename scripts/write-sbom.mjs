// @ts-check
// npm run sbom [-- FILE]: a CycloneDX bill of materials of what is published and what it depends on, by npm itself. The
// release carries it (default: ploke-io.cdx.json, not in git). Times and serial numbers of npm's are left out, so that the
// same lock file gives the same file. Exit 1: it is not what scripts/sbom-rules.mjs asks for, and was not written.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sbomProblems } from './sbom-rules.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = process.argv[2] ?? 'ploke-io.cdx.json';
const text = execFileSync(
  'npm',
  ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--omit', 'dev', '--package-lock-only'],
  { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 },
);
const sbom = JSON.parse(text);
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
delete sbom.serialNumber;
delete sbom.metadata.timestamp;
// npm takes the name of the folder.
sbom.metadata.component.name = manifest.name;

const problems = sbomProblems(sbom, manifest);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
/** @type {{ name: string, version: string }[]} */
const components = sbom.components;
console.log(`${file}: ${components.map(({ name, version }) => `${name} ${version}`).join(', ')}`);
