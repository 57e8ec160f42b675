import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../support/child.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const script = path.join(projectRoot, 'scripts', 'check-release.mjs');

interface Project {
  readonly version?: string;
  readonly locked?: string;
  readonly changelog?: string;
  readonly repository?: unknown;
}

/** Runs the check over a project that is ready to release 1.2.3, but for what is given. */
function check(tag: string, project: Project = {}, environment: NodeJS.ProcessEnv = {}) {
  const root = temporaryDirectory();
  const {
    version = '1.2.3',
    locked = version,
    changelog = '# Changelog\n\n## [Unreleased]\n\n## [1.2.3] – 2026-11-27\n\n### Added\n\n- More.\n\n## [1.2.2] – 2026-01-01\n\n- Less.\n',
    repository = { type: 'git', url: 'git+https://github.com/example/files.git' },
  } = project;
  writeFileSync(path.join(root, 'package.json'), JSON.stringify({ version, repository }));
  writeFileSync(
    path.join(root, 'package-lock.json'),
    JSON.stringify({ version: locked, packages: { '': { version: locked } } }),
  );
  writeFileSync(path.join(root, 'CHANGELOG.md'), changelog);
  const notes = path.join(root, 'notes.md');
  const { GITHUB_REPOSITORY: _ours, ...inherited } = process.env;
  const { status, stderr } = spawnSync(process.execPath, [script, tag, '--root', root, '--notes', notes], {
    encoding: 'utf8',
    env: { ...inherited, ...environment },
  });
  return { status, problems: stderr.trim(), notes };
}

test('lets a tag pass that package.json, lock file and change log agree with, and writes the notes', () => {
  const { status, problems, notes } = check('v1.2.3', {}, { GITHUB_REPOSITORY: 'example/files' });
  expect({ status, problems }).toEqual({ status: 0, problems: '' });
  expect(readFileSync(notes, 'utf8')).toBe('### Added\n\n- More.\n');
});

test.each<[string, string, Project, RegExp]>([
  ['another version in the tag', 'v1.2.4', {}, /^the tag is v1\.2\.4, but package\.json says 1\.2\.3$/],
  ['a tag without its v', '1.2.3', {}, /^the tag is 1\.2\.3, but/],
  ['a lock file that was not written anew', 'v1.2.3', { locked: '1.2.2' }, /package-lock\.json says 1\.2\.2/],
  ['a version without a date', 'v1.2.3', { changelog: '## [Unreleased] – 1.2.3\n\n- More.\n' }, /no heading/],
  [
    'an older heading',
    'v1.2.3',
    { changelog: '## [1.3.0] – 2026-01-01\n- a\n## [1.2.3] – 2025-01-01\n' },
    /no heading/,
  ],
  ['a version that only begins alike', 'v1.2.3', { changelog: '## [1.2.30] – 2026-01-01\n\n- More.\n' }, /no heading/],
  ['an empty section', 'v1.2.3', { changelog: '## [1.2.3] – 2026-01-01\n\n## [1.2.2] – 2025-01-01\n- a\n' }, /nothing/],
])('refuses %s', (_name, tag, project, problem) => {
  const { status, problems } = check(tag, project);
  expect(status).toBe(1);
  expect(problems).toMatch(problem);
});

test('refuses a repository that is not the one that publishes', () => {
  const environment = { GITHUB_REPOSITORY: 'example/files' };
  const other = { repository: { url: 'git+https://github.com/other/files.git' } };
  expect(check('v1.2.3', other, environment)).toMatchObject({
    status: 1,
    problems: expect.stringMatching(/publishes$/),
  });
  expect(check('v1.2.3', { repository: 'github:example/files' }, environment).status).toBe(0);
});

test.each<[string, NodeJS.ProcessEnv, RegExp]>([
  ['here', {}, /has no "repository", and npm takes no provenance without it: name the repository that publishes$/],
  ['where it publishes', { GITHUB_REPOSITORY: 'example/files' }, /name github:example\/files, which publishes$/],
])('refuses a package that names no repository, %s', (_where, environment, problem) => {
  const { status, problems } = check('v1.2.3', { repository: null }, environment);
  expect(status).toBe(1);
  expect(problems).toMatch(problem);
});
