import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { WorkflowCheck } from '../../../scripts/workflow-rules.mjs';
import { projectRoot } from '../../support/child.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** Checks the project's own workflows, with one text of one file replaced. */
async function check(change?: { readonly file: string; readonly from: string | RegExp; readonly to: string }) {
  const root = temporaryDirectory();
  mkdirSync(path.join(root, '.github'));
  cpSync(path.join(projectRoot, '.github', 'workflows'), path.join(root, '.github', 'workflows'), { recursive: true });
  // Without what `npm run prebuild` has installed there, a compiler among it.
  const isOurs = (file: string) => !['node_modules', '.cache'].includes(path.basename(file));
  cpSync(path.join(projectRoot, 'scripts'), path.join(root, 'scripts'), { recursive: true, filter: isOurs });
  cpSync(path.join(projectRoot, 'package.json'), path.join(root, 'package.json'));
  if (change !== undefined) {
    const file = path.join(root, '.github', 'workflows', change.file);
    const text = readFileSync(file, 'utf8');
    const changed = text.replace(change.from, change.to);
    expect(changed).not.toBe(text);
    writeFileSync(file, changed);
  }
  const done = new WorkflowCheck(root);
  await done.run();
  return [...done.violations];
}

test('finds nothing in the workflows as they are', async () => {
  expect(await check()).toEqual([]);
});

const checkout = /uses: actions\/checkout@\S+ # v\S+/;

test.each<[string, string, string | RegExp, string, RegExp]>([
  ['a key that GitHub does not know', 'ci.yml', 'container:', 'contianer:', /^ci\.yml:\d+ .*contianer/],
  ['what is no YAML', 'ci.yml', 'jobs:', 'jobs: [', /^ci\.yml:\d+ /],
  ['a need that is no job', 'prebuild.yml', 'needs: make', 'needs: made', /^prebuild\.yml:\d+ .*made/],
  ['a job without a limit of time', 'ci.yml', /^ {4}timeout-minutes.*\n/m, '', /complete has no timeout-minutes/],
  ['rights that are not told', 'ci.yml', /permissions:\n {2}contents: read\n/, '', /permissions are not explicit/],
  ['a workflow that may write', 'ci.yml', 'contents: read', 'contents: write', /may read at most/],
  [
    'a job that may write',
    'release.yml',
    'contents: write',
    'packages: write',
    /github-release may not write: packages/,
  ],
  ['an identity without reviewers', 'release.yml', '    environment: npm\n', '', /without a protected environment/],
  ['no group', 'nightly.yml', /concurrency:\n.*\n.*\n/, '', /there is no concurrency group/],
  ['an action by its tag', 'ci.yml', checkout, 'uses: actions/checkout@v6', /actions\/checkout@v6 is not pinned/],
  ['a commit that nobody can read', 'ci.yml', / # v6\.0\.2/, '', /version of actions\/checkout is not told/],
  ['two commits of one action', 'ci.yml', 'checkout@d', 'checkout@a', /checkout is pinned to two commits/],
  ['a stranger', 'ci.yml', 'actions/checkout@', 'stranger/checkout@', /stranger\/checkout@\S+ is of no owner/],
  [
    'a token left behind',
    'ci.yml',
    /with:\n\s+persist-credentials: false/,
    'with:\n          depth: 1',
    /persist-credentials/,
  ],
  [
    'an expression in a script',
    'ci.yml',
    'run: .ci/run',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's
    'run: echo ${{ github.event.head_commit.message }}',
    /hand it over in env/,
  ],
  [
    'a script that is not there',
    'prebuild.yml',
    'npm run check:prebuilds',
    'npm run check:nothing',
    /no script "check:nothing"/,
  ],
  ['a script in a matrix that is not there', 'nightly.yml', 'script: kill', 'script: skill', /no script "test:skill"/],
  ['a step that may fail', 'ci.yml', 'run: .ci/run', 'run: .ci/run\n        continue-on-error: true', /fail unnoticed/],
  ['a secret', 'release.yml', 'github.token', 'secrets.TOKEN', /no secret is used/],
  [
    'a trigger with rights for strangers',
    'ci.yml',
    'pull_request:',
    'pull_request_target:',
    /started by pull_request_target/,
  ],
  ['an image of any day', 'ci.yml', 'node:20-bookworm', 'node:latest', /node:latest has no version/],
  [
    'a release that does not wait for the prebuilds',
    'release.yml',
    'check, build-and-test, ',
    'check, ',
    /publish does not need prebuild\.yml#target/,
  ],
  [
    'a release that does not care',
    'release.yml',
    '    environment: npm',
    '    if: always()\n    environment: npm',
    /publish is part of the release/,
  ],
  [
    'a prebuild that no platform runs',
    'prebuild.yml',
    /.*target: win32-arm64.*\n/,
    '',
    /win32-arm64 is made and not tested/,
  ],
  [
    'a platform without a prebuild',
    'prebuild.yml',
    'target: win32-x64,',
    'target: win32-ia32,',
    /win32-ia32 is tested and not made/,
  ],
])('refuses %s', async (_name, file, from, to, violation) => {
  expect(await check({ file, from, to })).toContainEqual(expect.stringMatching(violation));
});
