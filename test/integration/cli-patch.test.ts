import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashContent } from '../../src/index.js';
import { runCommand as run, runCommand } from '../support/command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { makeTree } from '../support/tree.js';

const numbered = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => `line ${first + index}\n`).join('');

const changeOfA = '--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-one\n+ONE\n two\n';
const creationOfB = '--- /dev/null\n+++ b/d/b\n@@ -0,0 +1 @@\n+new\n';
const removalOfC = '--- a/c\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n';

function stage(): string {
  const directory = temporaryDirectory();
  makeTree(directory, { a: 'one\ntwo\n', 'd/': '', c: 'gone\n' });
  return directory;
}

test('patch changes, makes and removes the files of a diff from standard input', async () => {
  const directory = stage();
  const at = (name: string) => path.join(directory, name);
  const { code, stdout, stderr } = await run(['patch'], {
    cwd: directory,
    input: changeOfA + creationOfB + removalOfC,
  });
  expect(stdout).toBe(`replaced ${at('a')}\ncreated ${at('d/b')}\nremoved ${at('c')}\n`);
  expect([code, stderr]).toEqual([0, '3 files patched, 0 failed\n']);
  expect(readFileSync(at('a'), 'utf8')).toBe('ONE\ntwo\n');
  expect(readFileSync(at('d/b'), 'utf8')).toBe('new\n');
  expect(existsSync(at('c'))).toBe(false);
});

test('a file that cannot be patched is exit code 1, and keeps none of the others from it', async () => {
  const directory = stage();
  writeFileSync(path.join(directory, 'c'), 'kept\n');
  const input = removalOfC + changeOfA;
  const { code, stdout, stderr } = await run(['patch'], { cwd: directory, input });
  expect([code, stdout]).toEqual([1, `replaced ${path.join(directory, 'a')}\n`]);
  expect(stderr).toMatch(/^ploke-io: .*\n(.*\n)*1 files patched, 1 failed\n$/);
  expect(readFileSync(path.join(directory, 'c'), 'utf8')).toBe('kept\n');
  expect(stderr).not.toContain('    at ');
});

test('patch --json gives the result of each file, and of one that failed the reason', async () => {
  const directory = stage();
  writeFileSync(path.join(directory, 'c'), 'kept\n');
  const { code, stdout, stderr } = await run(['patch', '--json'], { cwd: directory, input: changeOfA + removalOfC });
  expect([code, stderr]).toEqual([1, '']);
  expect(JSON.parse(stdout)).toMatchObject({
    dryRun: false,
    failed: 1,
    results: [
      {
        status: 'fulfilled',
        value: { applied: true, hash: hashContent('ONE\ntwo\n'), hunks: [{ line: 1, offset: 0 }] },
      },
      { status: 'rejected', reason: { code: 'ERR_PLOKE_PATCH_CONFLICT' } },
    ],
  });
});

test('patch --dry-run prints what would change and changes nothing', async () => {
  const directory = stage();
  writeFileSync(path.join(directory, 'all.diff'), changeOfA + creationOfB);
  const { code, stdout, stderr } = await run(['patch', '--dry-run', 'all.diff'], { cwd: directory });
  expect([code, stderr]).toEqual([0, '2 files can be patched, 0 failed\n']);
  expect(stdout).toMatch(/-one\n\+ONE\n two\n(.*\n)*\+new\n/);
  expect(readFileSync(path.join(directory, 'a'), 'utf8')).toBe('one\ntwo\n');
  expect(readdirSync(path.join(directory, 'd'))).toEqual([]);
});

test('a hunk that went to another place, or to one that is only like it, is told with its line', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, {
    moved: `${numbered(1, 9)}target\nafter it\n`,
    like: `${numbered(1, 4)}alpha beta gamma delta\n`,
  });
  const hunk = '@@ -1,2 +1,2 @@\n-target\n+TARGET\n after it\n';
  const similar = '@@ -4,2 +4,2 @@\n line 4\n-alpha beta gamma dolta\n+omega\n';
  const input = `--- moved\n+++ moved\n${hunk}--- like\n+++ like\n${similar}`;
  const exact = await run(['patch', '--dry-run'], { cwd: directory, input });
  expect(exact).toMatchObject({ code: 1, stderr: expect.stringContaining('1 files can be patched, 1 failed') });
  const { code, stdout } = await run(['patch', '--min-similarity', '0.8'], { cwd: directory, input });
  expect(code).toBe(0);
  expect(stdout).toContain(`${path.join(directory, 'moved')} (hunk 1 at line 10, 9 below its place)`);
  expect(stdout).toMatch(/like \(hunk 1 \d\d % similar\)/);
});

test('names in a diff that lead out of the root are refused', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { 'root/': '', outside: 'one\ntwo\n' });
  const names = ['../outside', path.join(directory, 'outside')];
  for (const name of names) {
    const input = changeOfA.replace('a/a', name).replace('b/a', name);
    const { code, stderr } = await run(['patch', '--root', 'root'], { cwd: directory, input });
    expect([code, stderr]).toEqual([1, expect.stringContaining('ploke-io: ')]);
  }
  expect(readFileSync(path.join(directory, 'outside'), 'utf8')).toBe('one\ntwo\n');
});

test.each([
  ['nothing', ''],
  ['no diff', 'hello\n'],
  ['a hunk whose counts contradict its lines', '--- a\n+++ a\n@@ -1,5 +1 @@\n-one\n'],
])('%s is refused in one line', async (_, input) => {
  const { code, stdout, stderr } = await runCommand(['patch'], { cwd: stage(), input });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^ploke-io: [^\n]*\n$/);
});

test('a diff that is missing, or is not UTF-8, is refused in one line', async () => {
  const directory = stage();
  writeFileSync(path.join(directory, 'latin1.diff'), Buffer.from(changeOfA.replace('ONE', 'é'), 'latin1'));
  for (const name of ['missing.diff', 'latin1.diff']) {
    const { code, stderr } = await run(['patch', name], { cwd: directory });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^ploke-io: [^\n]*\n$/)]);
  }
});
