import { posix, win32 } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pathSpelling } from '../../../src/platform/path-spelling.js';

describe('on Windows', () => {
  const spelling = pathSpelling('win32');

  test.each([
    ['C:/', 'C:\\'],
    ['C:/ws/a', 'C:\\ws\\a'],
    ['//host/share', '\\\\host\\share'],
    ['//host/share/a', '\\\\host\\share\\a'],
  ])('%s is spelt %s', (text, path) => {
    expect(spelling.spell(text)).toBe(path);
    expect(spelling.textOf(path)).toBe(text);
  });

  test.each([
    ['C:\\', 'a', 'C:\\a'],
    ['C:\\ws', 'a/b', 'C:\\ws\\a\\b'],
    ['C:\\ws', '', 'C:\\ws\\'],
    ['C:\\', '', 'C:\\'],
    ['\\\\host\\share', 'a/b', '\\\\host\\share\\a\\b'],
  ])('%s with %j is %s', (directory, below, path) => {
    expect(spelling.join(directory, below)).toBe(path);
  });

  test.each([
    ['C:\\', 'C:\\a\\b', 'a/b'],
    ['C:\\ws', 'C:\\ws\\a\\b', 'a/b'],
    ['C:\\ws', 'C:\\ws/a\\b', 'a/b'],
    ['C:\\ws', 'C:\\ws2\\a', undefined],
    ['C:\\ws', 'C:\\ws', undefined],
    ['C:\\ws', 'D:\\ws\\a', undefined],
    ['\\\\host\\share', '\\\\host\\share\\a', 'a'],
    ['\\\\host\\share', '\\\\host\\share2\\a', undefined],
  ])('below %s, %s is %j', (directory, path, below) => {
    expect(spelling.below(directory, path)).toBe(below);
  });

  test.each(['C:\\a', 'C:\\a\\b', '\\\\host\\share\\a', '\\\\host\\share\\a\\b'])('the directory of %s', (path) => {
    const expected = win32.dirname(path);
    // Node keeps the separator at the end of a share, which is left out here as of every directory.
    expect(spelling.directoryOf(path)).toBe(expected.length > 3 ? expected.replace(/\\$/, '') : expected);
  });

  test('the directory at the top of a drive is itself', () => {
    expect(spelling.directoryOf('C:\\')).toBe('C:\\');
  });
});

describe.each(['linux', 'darwin'] as const)('on %s', (platform) => {
  const spelling = pathSpelling(platform);

  test('a backslash is a character as any other', () => {
    expect(spelling.spell('/ws/a\\b')).toBe('/ws/a\\b');
    expect(spelling.textOf('/ws/a\\b')).toBe('/ws/a\\b');
    expect(spelling.join('/ws', 'a\\b/c')).toBe('/ws/a\\b/c');
    expect(spelling.below('/ws', '/ws/a\\b')).toBe('a\\b');
    expect(spelling.below('/ws', '/ws\\a')).toBeUndefined();
  });

  test.each([
    ['/', '/a', 'a'],
    ['/ws', '/ws/a/b', 'a/b'],
    ['/ws', '/ws2/a', undefined],
    ['/ws', '/ws', undefined],
    ['/ws/a', '/ws', undefined],
  ])('below %s, %s is %j', (directory, path, below) => {
    expect(spelling.below(directory, path)).toBe(below);
    if (below !== undefined) expect(spelling.join(directory, below)).toBe(path);
  });

  test.each(['/', '/a', '/a/b'])('the directory of %s', (path) => {
    expect(spelling.directoryOf(path)).toBe(posix.dirname(path));
  });
});
