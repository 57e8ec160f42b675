import { expect, test } from 'vitest';
import { PatchSyntaxError, parseFiles, readPatch } from '../../../src/io/patch.js';

const headers = '--- a/file\n+++ b/file\n';
const diff = (...lines: string[]): string => `${headers}${lines.join('\n')}\n`;

test.each([
  ['a count of one that should be none, of old lines', `${headers}@@ -2,1 +2,1 @@\n+x`, 'contradict'],
  ['a count of one that should be none, of new lines', `${headers}@@ -2 +2 @@\n-x`, 'contradict'],
  ['too few lines', `${headers}@@ -1,3 +1,1 @@\n-a`, 'cannot be read'],
  ['too many lines', diff('@@ -1,1 +1,1 @@', '-a', '+b', '+c'), 'more lines than expected'],
  ['a header without numbers', `${headers}@@ here @@`, 'hunk header'],
  ['a line number of zero', diff('@@ -0,1 +1,1 @@', '-a', '+b'), 'counted from 1'],
  ['line numbers that cannot be counted to', diff('@@ -99999999999999999999,1 +1,1 @@', '-a', '+b'), 'too large'],
  ['hunks out of order', diff('@@ -5,1 +5,1 @@', '-e', '+E', '@@ -1,1 +1,1 @@', '-a', '+A'), 'out of order'],
  ['hunks that overlap', diff('@@ -1,2 +1,1 @@', ' a', '-b', '@@ -2,1 +2,1 @@', '-b', '+B'), 'overlap'],
  ['NUL characters', diff('@@ -1,1 +1,1 @@', '-a', '+b\0'), 'NUL'],
  ['a lone surrogate', diff('@@ -1,1 +1,1 @@', '-a', '+\ud800'), 'surrogates'],
  ['two hunks that make a file', '--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n@@ -0,0 +1 @@\n+b\n', 'one hunk'],
  ['no file on either side', '--- /dev/null\n+++ /dev/null\n@@ -0,0 +1 @@\n+a\n', 'no file'],
  ['a literal binary patch', 'diff --git a/f b/f\nGIT binary patch\nliteral 1\nIcmZQz00000\n', 'binary'],
  ['prose', 'Here is the change that you asked for.\n', 'neither'],
  ['nothing', '', 'neither'],
])('refuses %s', (_name, text, message) => {
  expect(() => readPatch(text)).toThrow(PatchSyntaxError);
  expect(() => readPatch(text)).toThrow(message);
});

test('a diff of nothing has no files, and what is no diff is refused', () => {
  expect(parseFiles('\n')).toEqual([]);
  expect(() => parseFiles('nonsense')).toThrow(PatchSyntaxError);
});

test('the header of a hunk without old lines is that of the diff', () => {
  const { hunks } = readPatch(diff('@@ -4,0 +5,1 @@', '+x'));
  expect(hunks).toMatchObject([{ header: '@@ -4,0 +5,1 @@', start: 4, old: [] }]);
});
