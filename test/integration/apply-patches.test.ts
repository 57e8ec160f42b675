import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hashContent, openWorkspace, splitPatch } from '../../src/index.js';
import type { Patch, PatchOptions } from '../../src/types.js';
import { conditions } from '../support/conditions.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp(content?: string | Uint8Array) {
  const directory = temporaryDirectory();
  const at = (name: string): string => path.join(directory, name);
  if (content !== undefined) writeFileSync(at('file'), content);
  const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  onTestFinished(() => workspace.close());
  const apply = async (diff: string, options?: PatchOptions, more: Partial<Patch> = {}) => {
    const [result] = await workspace.applyPatches([{ path: at('file'), diff, ...more }], options);
    return result;
  };
  return { directory, at, workspace, apply, text: () => readFileSync(at('file'), 'utf8') };
}

const diff = (...lines: string[]): string => `--- a/file\n+++ b/file\n${lines.join('\n')}\n`;
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index + 1}`);
const joined = (lines: readonly string[], end = '\n'): string => lines.map((line) => line + end).join('');

test('applies hunks where they say, and tells where that was', async () => {
  const { apply, text } = await setUp(joined(numbered(20)));
  const result = await apply(
    diff(
      '@@ -2,3 +2,4 @@',
      ' line 2',
      '-line 3',
      '+LINE 3',
      '+new',
      ' line 4',
      '@@ -15,2 +16,1 @@',
      ' line 15',
      '-line 16',
    ),
  );
  expect(result).toMatchObject({
    status: 'fulfilled',
    value: {
      applied: true,
      outcome: 'replaced',
      hunks: [
        { line: 2, offset: 0, similarity: 1 },
        { line: 15, offset: 0, similarity: 1 },
      ],
    },
  });
  const expected = numbered(20);
  expected.splice(15, 1);
  expected.splice(2, 1, 'LINE 3', 'new');
  expect(text()).toBe(joined(expected));
});

test('finds a hunk whose lines have moved, and takes later hunks along', async () => {
  const { apply, text } = await setUp(joined(['a', 'b', 'c', ...numbered(20)]));
  const result = await apply(
    diff('@@ -2,2 +2,2 @@', '-line 2', '+TWO', ' line 3', '@@ -9,1 +9,1 @@', '-line 9', '+NINE'),
  );
  expect(result).toMatchObject({
    value: {
      hunks: [
        { line: 5, offset: 3 },
        { line: 12, offset: 3 },
      ],
    },
  });
  expect(text().split('\n').slice(3, 13)).toEqual([
    'line 1',
    'TWO',
    'line 3',
    'line 4',
    'line 5',
    'line 6',
    'line 7',
    'line 8',
    'NINE',
    'line 10',
  ]);
});

test('a hunk that fits in several places goes nowhere, unless one of them is where it says', async () => {
  const block = ['if (x) {', '  stop();', '}'];
  const content = joined(['first', ...block, 'second', ...block, 'third', ...block]);
  const { apply, text } = await setUp(content);
  const hunk = [' if (x) {', '-  stop();', '+  go();', ' }'];
  const moved = await apply(diff('@@ -4,3 +4,3 @@', ...hunk));
  expect(moved).toMatchObject({
    status: 'rejected',
    reason: {
      code: 'ERR_PLOKE_PATCH_CONFLICT',
      committed: false,
      actualHash: hashContent(content),
      details: { reason: 'not-unique', hunk: { index: 0 }, candidates: [{ line: 2 }, { line: 6 }, { line: 10 }] },
    },
  });
  expect(text()).toBe(content);
  expect(await apply(diff('@@ -6,3 +6,3 @@', ...hunk))).toMatchObject({ value: { hunks: [{ line: 6, offset: 0 }] } });
  expect(text().split('\n')[6]).toBe('  go();');
});

test('a hunk that fits nowhere says what it was, what is nearest and what the file holds', async () => {
  const content = joined(['alpha', 'function add(a, b) {', '  return a + b;', '}', 'omega']);
  const { apply } = await setUp(content);
  const wanted = diff('@@ -2,3 +2,3 @@', ' function add(x, b) {', '-  return x + b;', '+  return x - b;', ' }');
  const result = await apply(wanted, {}, { id: 'p', expectedHash: hashContent(content) });
  expect(result).toMatchObject({
    reason: {
      code: 'ERR_PLOKE_PATCH_CONFLICT',
      expectedHash: hashContent(content),
      details: {
        reason: 'not-found',
        hunk: { header: '@@ -2,3 +2,3 @@', lines: ['function add(x, b) {', '  return x + b;', '  return x - b;', '}'] },
        // That of the line that would be lost: 12 of the 14 pairs of each are the same.
        candidates: [{ line: 2, similarity: expect.closeTo(12 / 14, 5) }, {}, {}],
      },
    },
  });
  // The same with leave to guess; the file's own context stays.
  const fuzzy = await apply(wanted, { minSimilarity: 0.7 });
  expect(fuzzy).toMatchObject({ value: { applied: true, hunks: [{ line: 2, offset: 0 }] } });
});

test('a guess is made only where one place is clearly the best', async () => {
  const content = joined(['value one = 1;', 'x', 'value two = 1;', 'y']);
  const { apply, text } = await setUp(content);
  const result = await apply(diff('@@ -9,1 +9,1 @@', '-value six = 1;', '+value six = 2;'), { minSimilarity: 0.5 });
  expect(result).toMatchObject({ reason: { details: { reason: 'not-unique' } } });
  expect(text()).toBe(content);
});

test('line ends, the byte order mark and a missing last line end stay as the file has them', async () => {
  const returned = await setUp(joined(['one', 'two', 'three'], '\r\n'));
  await returned.apply(diff('@@ -1,3 +1,4 @@', ' one', '-two', '+TWO', '+more', ' three'));
  expect(returned.text()).toBe(joined(['one', 'TWO', 'more', 'three'], '\r\n'));

  const mixed = await setUp('one\r\ntwo\nthree\r\nfour\n');
  await mixed.apply(diff('@@ -2,2 +2,3 @@', '-two', '+TWO', ' three', '+new'));
  expect(mixed.text()).toBe('one\r\nTWO\nthree\r\nnew\r\nfour\n');

  const marked = await setUp('\ufeffone\ntwo');
  await marked.apply(diff('@@ -1,1 +1,1 @@', '-one', '+ONE'));
  expect(marked.text()).toBe('\ufeffONE\ntwo');
  await marked.apply(diff('@@ -2,1 +2,2 @@', ' two', '+three'));
  expect(marked.text()).toBe('\ufeffONE\ntwo\nthree');

  const ended = await setUp('one\ntwo');
  const noEnd = '\\ No newline at end of file';
  await ended.apply(diff('@@ -2,1 +2,1 @@', '-two', noEnd, '+two'));
  expect(ended.text()).toBe('one\ntwo\n');
  await ended.apply(diff('@@ -2,1 +2,1 @@', '-two', '+two', noEnd));
  expect(ended.text()).toBe('one\ntwo');

  const converted = await setUp('one\ntwo\n');
  await converted.apply(diff('@@ -1,2 +1,2 @@', '-one', '+one\r', ' two'));
  expect(converted.text()).toBe('one\r\ntwo\n');
});

test('makes and removes files', async () => {
  const { at, apply, workspace, text } = await setUp();
  const creation = '--- /dev/null\n+++ b/file\n@@ -0,0 +1,2 @@\n+one\n+two\n';
  expect(await apply(creation, { dryRun: true })).toMatchObject({
    value: { applied: false, hash: hashContent('one\ntwo\n'), preview: expect.stringContaining('+one') },
  });
  expect(existsSync(at('file'))).toBe(false);
  expect(await apply(creation)).toMatchObject({ value: { outcome: 'created', applied: true, hunks: [{ line: 1 }] } });
  expect(text()).toBe('one\ntwo\n');
  expect(await apply(creation)).toMatchObject({ reason: { code: 'EEXIST', committed: false } });

  const stale = '--- a/file\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-one\n';
  expect(await apply(stale)).toMatchObject({ reason: { code: 'ERR_PLOKE_PATCH_CONFLICT' } });
  const removal = '--- a/file\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-two\n';
  expect(await apply(removal, { dryRun: true })).toMatchObject({ value: { applied: false, hash: null } });
  expect(await apply(removal)).toMatchObject({
    value: { outcome: 'removed', applied: true, receipt: { compareAndSwap: 'swap-verified' } },
  });
  expect(existsSync(at('file'))).toBe(false);
  expect(await apply(removal)).toMatchObject({ reason: { code: 'ENOENT' } });

  symlinkSync('nowhere', at('link'));
  const [linked] = await workspace.applyPatches([{ path: at('link'), diff: creation }]);
  expect(linked).toMatchObject({ reason: { code: 'EEXIST' } });
  const executable = 'diff --git a/x b/x\nnew file mode 100755\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+#!/bin/sh\n';
  await workspace.applyPatches([{ path: at('x'), diff: executable }]);
  expect(statSync(at('x')).mode & 0o777).toBe(0o755);
});

test('a guess removes no file, and no line that somebody has rewritten', async () => {
  const content = joined(['one x', 'two y']);
  const { apply, text } = await setUp(content);
  const removal = '--- a/file\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one z\n-two w\n';
  expect(await apply(removal, { minSimilarity: 0 })).toMatchObject({ reason: { code: 'ERR_PLOKE_PATCH_CONFLICT' } });
  expect(text()).toBe(content);

  const around = numbered(10).map((line) => `${line} that surrounds it`);
  const rewritten = await setUp(joined([...around, 'limit = readLimit(settings);', 'end']));
  const context = around.slice(5).map((line) => ` ${line}`);
  const hunk = diff('@@ -6,6 +6,6 @@', ...context, '-max: 10', '+max: 20');
  const result = await rewritten.apply(hunk, { minSimilarity: 0.7 });
  expect(result).toMatchObject({ reason: { details: { reason: 'not-found' } } });
  expect(rewritten.text()).toContain('limit = readLimit(settings);');
});

test('the place that a guess rivals with may be anywhere in the file', async () => {
  const between = numbered(300).map((line) => `${line} is something else altogether`);
  const content = joined(['value one = 1;', ...between, 'value two = 1;', 'end']);
  const { apply, text } = await setUp(content);
  const hunk = diff('@@ -1,1 +1,1 @@', '-value six = 1;', '+value six = 2;');
  expect(await apply(hunk, { minSimilarity: 0.6 })).toMatchObject({
    reason: { details: { reason: 'not-unique', candidates: [{ line: 1 }, { line: 302 }] } },
  });
  expect(text()).toBe(content);
});

test('a hunk that says how the file ends goes to its end, or nowhere', async () => {
  const noEnd = '\\ No newline at end of file';
  const content = joined(['one', 'two', 'more']);
  const { apply, text } = await setUp(content);
  for (const lines of [
    ['-two', noEnd, '+TWO', noEnd],
    ['-two', '+TWO', noEnd],
    ['-two', noEnd, '+TWO'],
  ]) {
    expect(await apply(diff('@@ -2,1 +2,1 @@', ...lines))).toMatchObject({
      reason: { details: { reason: 'not-found' } },
    });
  }
  expect(text()).toBe(content);
  // A diff that does not change the end leaves the file the one that it has.
  const ended = await setUp(joined(['one', 'two']));
  await ended.apply(diff('@@ -2,1 +2,1 @@', '-two', noEnd, '+TWO', noEnd));
  expect(ended.text()).toBe(joined(['one', 'TWO']));
  const unended = await setUp('one\ntwo\nthree');
  await unended.apply(diff('@@ -1,3 +1,1 @@', '-one', '-two', '-three', '+all'));
  expect(unended.text()).toBe('all');
});

test('a byte order mark in a diff is the mark of the file, which stays', async () => {
  const { apply, text } = await setUp('\ufeffone\ntwo\n');
  expect(await apply(diff('@@ -1,2 +1,2 @@', '-\ufeffone', '+\ufeffONE', ' two'))).toMatchObject({
    status: 'fulfilled',
  });
  expect(text()).toBe('\ufeffONE\ntwo\n');
  expect(await apply(diff('@@ -1,2 +1,2 @@', ' \ufeffONE', '-two', '+TWO'))).toMatchObject({ status: 'fulfilled' });
  expect(text()).toBe('\ufeffONE\nTWO\n');
  const made = await setUp();
  await made.apply('--- /dev/null\n+++ b/file\n@@ -0,0 +1,1 @@\n+\ufeffone\n');
  expect(made.text()).toBe('\ufeffone\n');
});

test('the later of two hunks that fit only in one place says so', async () => {
  const content = joined(['a', 'x', 'b']);
  const { apply, text } = await setUp(content);
  const both = diff('@@ -1,3 +1,3 @@', ' a', '-x', '+y', ' b', '@@ -9,1 +9,1 @@', '-x', '+z');
  expect(await apply(both)).toMatchObject({
    reason: { details: { reason: 'overlap', hunk: { index: 1 }, candidates: [{ line: 2, similarity: 1 }] } },
  });
  expect(text()).toBe(content);
});

test('what a patch makes has no hash to expect, and what a link leads to is not removed through it', async () => {
  const { at, apply, workspace } = await setUp();
  const creation = '--- /dev/null\n+++ b/file\n@@ -0,0 +1,1 @@\n+one\n';
  expect(await apply(creation, {}, { expectedHash: hashContent('one\n') })).toMatchObject({
    reason: { code: 'ERR_PLOKE_INVALID_ARGUMENT', committed: false },
  });
  expect(existsSync(at('file'))).toBe(false);
  for (const options of [{ dryRun: true }, {}]) {
    const [orphan] = await workspace.applyPatches([{ path: at('no/file'), diff: creation }], options);
    expect(orphan).toMatchObject({ reason: { code: 'ENOENT' } });
  }
  writeFileSync(at('file'), 'one\n');
  symlinkSync('file', at('link'));
  const removal = '--- a/file\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-one\n';
  for (const options of [{ dryRun: true }, {}]) {
    const [linked] = await workspace.applyPatches([{ path: at('link'), diff: removal }], options);
    expect(linked).toMatchObject({
      reason: { code: 'ERR_PLOKE_SYMLINK_DENIED', message: expect.stringContaining('removeFile()'), committed: false },
    });
  }
  expect(existsSync(at('file'))).toBe(true);
});

test('the patches of one file have one base and one replace, and succeed or fail together', async () => {
  const { at, workspace, text } = await setUp(joined(numbered(9)));
  symlinkSync('file', at('link'));
  const first = diff('@@ -2,1 +2,2 @@', '-line 2', '+TWO', '+TWO AND A HALF');
  const second = diff('@@ -8,1 +8,1 @@', '-line 8', '+EIGHT');
  const results = await workspace.applyPatches([
    { path: at('file'), diff: first, id: 'a' },
    { path: at('missing'), diff: first },
    { path: at('link'), diff: second, id: 'b' },
  ]);
  expect(results).toMatchObject([
    { value: { id: 'a', hunks: [{ line: 2 }] } },
    { reason: { code: 'ENOENT' } },
    { value: { id: 'b', path: at('link'), hunks: [{ line: 8, offset: 0 }] } },
  ]);
  expect(text().split('\n').slice(1, 9)).toEqual([
    'TWO',
    'TWO AND A HALF',
    'line 3',
    'line 4',
    'line 5',
    'line 6',
    'line 7',
    'EIGHT',
  ]);
  const before = text();
  const failing = await workspace.applyPatches([
    { path: at('file'), diff: diff('@@ -3,1 +3,1 @@', '-TWO AND A HALF', '+2.5') },
    { path: at('file'), diff: diff('@@ -3,1 +3,1 @@', '-nowhere', '+x') },
  ]);
  expect(failing).toMatchObject([
    { reason: { code: 'ERR_PLOKE_PATCH_CONFLICT', details: { failedPatch: 1 } } },
    { reason: { code: 'ERR_PLOKE_PATCH_CONFLICT', details: { reason: 'not-found' } } },
  ]);
  const overlapping = await workspace.applyPatches([
    { path: at('file'), diff: diff('@@ -2,2 +2,1 @@', '-TWO', '-TWO AND A HALF', '+2') },
    { path: at('file'), diff: diff('@@ -3,1 +3,1 @@', '-TWO AND A HALF', '+2.5') },
    { path: at('file'), diff: '--- a/file\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n' },
  ]);
  expect(overlapping.map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(text()).toBe(before);
});

test('bad input is refused, each item for itself', async () => {
  const { at, workspace, apply } = await setUp('one\n');
  const syntax = { status: 'rejected', reason: { code: 'ERR_PLOKE_PATCH_SYNTAX', committed: false } };
  for (const bad of [
    '',
    'nonsense',
    '--- a/file\n+++ b/file\n',
    '--- a/file\n@@ -1,1 +1,1 @@\n-one\n+two\n',
    diff('@@ -1,5 +1,1 @@', '-one', '+two'),
    diff('@@ -5,1 +5,1 @@', '-five', '+FIVE', '@@ -1,1 +1,1 @@', '-one', '+ONE'),
    'diff --git a/file b/other\nsimilarity index 100%\nrename from file\nrename to other\n',
    'diff --git a/file b/file\nold mode 100644\nnew mode 100755\n',
    'diff --git a/file b/file\nBinary files a/file and b/file differ\n',
    'diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+target\n',
    '--- /dev/null\n+++ b/file\n@@ -1,1 +1,1 @@\n-one\n+two\n',
  ]) {
    expect(await apply(bad)).toMatchObject(syntax);
  }
  const two = diff('@@ -1,1 +1,1 @@', '-one', '+ONE') + diff('@@ -1,1 +1,1 @@', '-one', '+ONE');
  expect(await apply(two)).toMatchObject({ reason: { message: expect.stringContaining('splitPatch()') } });
  const invalid = { code: 'ERR_PLOKE_INVALID_ARGUMENT' };
  for (const minSimilarity of [-0.1, 1.1, Number.NaN, '1' as never]) {
    await expect(apply(two, { minSimilarity })).rejects.toMatchObject(invalid);
  }
  await expect(workspace.applyPatches('x' as never)).rejects.toMatchObject(invalid);
  expect(await apply(1 as never)).toMatchObject({ reason: invalid });
  const expectedHash = hashContent('other');
  const stale = await apply(diff('@@ -1,1 +1,1 @@', '-one', '+ONE'), {}, { expectedHash });
  expect(stale).toMatchObject({
    reason: { code: 'ERR_PLOKE_CONTENT_MISMATCH', expectedHash, actualHash: hashContent('one\n') },
  });
  writeFileSync(at('file'), Buffer.from([0xff, 0x0a]));
  expect(await apply(diff('@@ -1,1 +1,1 @@', '-one', '+ONE'))).toMatchObject({
    reason: { code: 'ERR_PLOKE_NOT_UTF8' },
  });
});

test.skipIf(!conditions.git)('splitPatch divides what git makes, and the parts do what git apply does', async () => {
  const { directory, at, workspace } = await setUp();
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
      cwd: directory,
      encoding: 'utf8',
    });
  git('init', '-q');
  writeFileSync(at('kept'), joined(numbered(30)));
  writeFileSync(at('gone'), 'old\n');
  writeFileSync(at('naïve "name"'), 'a\nb\n');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  writeFileSync(at('kept'), joined(numbered(30).map((line, index) => (index % 11 === 3 ? `${line}!` : line))));
  execFileSync('rm', [at('gone')]);
  writeFileSync(at('naïve "name"'), 'a\nB');
  writeFileSync(at('made'), 'new\n');
  git('add', '-A');
  const whole = git('diff', '--cached');
  const after = ['kept', 'naïve "name"', 'made'].map((name) => readFileSync(at(name), 'utf8'));
  git('reset', '-q', '--hard');

  const parts = splitPatch(whole);
  expect(parts.map((part) => part.path).sort()).toEqual(['gone', 'kept', 'made', 'naïve "name"']);
  const results = await workspace.applyPatches(parts.map((part) => ({ path: at(part.path), diff: part.diff })));
  expect(results.map(({ status }) => status)).toEqual(Array(4).fill('fulfilled'));
  expect(['kept', 'naïve "name"', 'made'].map((name) => readFileSync(at(name), 'utf8'))).toEqual(after);
  expect(existsSync(at('gone'))).toBe(false);
  expect(() => splitPatch('@@ -1 +1 @@\n-a\n+b\n')).toThrow(
    expect.objectContaining({ code: 'ERR_PLOKE_PATCH_SYNTAX' }),
  );
});
