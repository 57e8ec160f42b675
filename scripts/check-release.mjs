// @ts-check
// node scripts/check-release.mjs TAG [--notes FILE]: whether a tag may be released. The version in the tag, in package.json,
// in its lock file and in the newest dated heading of CHANGELOG.md must be one, and package.json must name a repository: the
// one that publishes, where that is known (GITHUB_REPOSITORY), since npm refuses the provenance of any other. With --notes the section of the change
// log goes into a file, for the release on GitHub. Exit 0: it may; 1: it may not, and why; 2: wrong arguments.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    notes: { type: 'string' },
    // The project's own folder; a test gives another.
    root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
  },
});
const [tag] = positionals;
if (positionals.length !== 1 || !tag) {
  console.error('usage: node scripts/check-release.mjs TAG [--notes FILE]');
  process.exit(2);
}

/** @param {string} name */
const read = (name) => readFileSync(path.join(values.root, name), 'utf8');
/** @type {{ version: string, repository?: string | { url?: string } }} */
const manifest = JSON.parse(read('package.json'));
const lock = JSON.parse(read('package-lock.json'));
const { version } = manifest;

/** @type {string[]} */
const problems = [];
if (tag !== `v${version}`) problems.push(`the tag is ${tag}, but package.json says ${version}`);
for (const found of [lock.version, lock.packages?.['']?.version]) {
  if (found !== version) problems.push(`package-lock.json says ${found}, but package.json says ${version}`);
}

const notes = sectionOf(read('CHANGELOG.md'), version);
if (notes === undefined) problems.push(`CHANGELOG.md has no heading "## [${version}] – YYYY-MM-DD" above the others`);
else if (notes === '') problems.push(`CHANGELOG.md says nothing about ${version}`);

const repository = process.env.GITHUB_REPOSITORY;
const url = typeof manifest.repository === 'string' ? manifest.repository : manifest.repository?.url;
if (url === undefined) {
  const address = repository === undefined ? 'the repository that publishes' : `github:${repository}, which publishes`;
  problems.push(`package.json has no "repository", and npm takes no provenance without it: name ${address}`);
} else if (repository !== undefined) {
  const names = new RegExp(`github[:.].*\\b${escaped(repository)}(\\.git)?$`).test(url);
  if (!names) problems.push(`"repository" in package.json is ${url}, but ${repository} publishes`);
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
if (values.notes !== undefined) writeFileSync(values.notes, `${notes}\n`);
console.log(`${tag} may be released`);

/**
 * What the change log says about a version, if that is its newest dated one.
 *
 * @param {string} changelog @param {string} version @returns {string | undefined}
 */
function sectionOf(changelog, version) {
  const [, ...sections] = changelog.split(/^## /m);
  const newest = sections.find((section) => !section.startsWith('[Unreleased]'));
  if (newest === undefined) return undefined;
  const heading = new RegExp(`^\\[${escaped(version)}\\] [–-] \\d{4}-\\d{2}-\\d{2}$`);
  const [first = '', ...lines] = newest.split('\n');
  return heading.test(first.trim()) ? lines.join('\n').trim() : undefined;
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
