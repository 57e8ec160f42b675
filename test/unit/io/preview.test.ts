import { applyPatch } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { previewDiff } from '../../../src/io/preview.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

test('is a unified diff with three lines around a change', () => {
  const before = ['1', '2', '3', '4', '5', '6', '7', '8', ''].join('\n');
  expect(previewDiff('/w/f', bytes(before), bytes(before.replace('5', 'five')))).toBe(
    ['--- /w/f', '+++ /w/f', '@@ -2,7 +2,7 @@', ' 2', ' 3', ' 4', '-5', '+five', ' 6', ' 7', ' 8', ''].join('\n'),
  );
});

test('is empty where nothing changes', () => {
  expect(previewDiff('/w/f', bytes('a\n'), bytes('a\n'))).toBe('');
});

test('shows a missing final newline, carriage returns and a byte order mark', () => {
  expect(previewDiff('/w/f', bytes('a'), bytes('b\n'))).toBe(
    '--- /w/f\n+++ /w/f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+b\n',
  );
  expect(previewDiff('/w/f', bytes('a\r\n'), bytes('a\n'))).toContain('-a\r\n+a\n');
  expect(previewDiff('/w/f', bytes('\uFEFFa\n'), bytes('a\n'))).toContain('-\uFEFFa\n+a\n');
});

test('stays a diff that applies where thousands of lines change', () => {
  const lines = (count: number, word: string) =>
    Array.from({ length: count }, (_, index) => `${word} ${index}\n`).join('');
  const before = `head\n${lines(3_000, 'old')}tail\nend`;
  const after = `head\n${lines(2_500, 'new')}tail\nend`;
  const preview = previewDiff('/w/f', bytes(before), bytes(after));
  expect(preview).toContain('@@ -1,3003 +1,2503 @@');
  expect(applyPatch(before, preview)).toBe(after);
});

test('applied to the old content gives the new one, whatever they are', () => {
  const text = fc.array(fc.constantFrom('a', 'b', '\n', 'é'), { maxLength: 30 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const preview = previewDiff('/w/f', bytes(before), bytes(after));
      if (before !== after) expect(applyPatch(before, preview)).toBe(after);
    }),
  );
});
