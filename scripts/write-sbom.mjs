// @ts-check
// npm run sbom [-- FILE]: a CycloneDX bill of materials of what is published and what it depends on, by npm itself. The
// release carries it (default: ploke-io.cdx.json, not in git). Times and serial numbers of npm's are left out, so that the
// same lock file gives the same file.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = process.argv[2] ?? 'ploke-io.cdx.json';
const text = execFileSync(
  'npm',
  ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--omit', 'dev', '--package-lock-only'],
  { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8', maxBuffer: 2 ** 26 },
);
/** @type {{ serialNumber?: string, metadata: { timestamp?: string }, components: { name: string, version: string }[] }} */
const sbom = JSON.parse(text);
delete sbom.serialNumber;
delete sbom.metadata.timestamp;
writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
console.log(`${file}: ${sbom.components.map(({ name, version }) => `${name} ${version}`).join(', ')}`);
