import { describe, expect, test } from 'vitest';
import { plainPaths, RedactingPaths } from '../../../src/errors/path-redactor.js';
import { pathSpelling } from '../../../src/platform/path-spelling.js';

function redacting(mode: 'relative' | 'hash', roots: readonly string[], platform: NodeJS.Platform = 'linux') {
  const redactor = new RedactingPaths(mode, pathSpelling(platform));
  redactor.useRoots(() => roots);
  return redactor;
}

const hashed = /^path-[0-9a-f]{16}$/;

describe('hash', () => {
  const redactor = redacting('hash', ['/ws']);

  test('gives equal texts for equal paths, and only for those', () => {
    expect(redactor.path('/ws/a')).toMatch(hashed);
    expect(redactor.path('/ws/a')).toBe(redactor.path('/ws/a'));
    expect(redactor.path('/ws/a/')).toBe(redactor.path('/ws/a'));
    expect(redactor.path('/ws/b')).not.toBe(redactor.path('/ws/a'));
  });

  test('cannot be tried out from outside: another workspace has another key', () => {
    expect(redacting('hash', ['/ws']).path('/ws/a')).not.toBe(redactor.path('/ws/a'));
  });

  test('takes anything for a path', () => {
    for (const text of ['', '/', 'a\0b', '\ud800', 'x'.repeat(100_000)]) expect(redactor.path(text)).toMatch(hashed);
  });
});

describe('relative', () => {
  const roots = ['/ws', '/ws/inner', '/other'];
  const redactor = redacting('relative', roots);

  test.each([
    ['/ws', '<root 0>'],
    ['/ws/', '<root 0>'],
    ['/ws/src/a.ts', '<root 0>/src/a.ts'],
    ['/ws/inner/a', '<root 1>/a'],
    ['/ws/inner', '<root 1>'],
    ['/other/a', '<root 2>/a'],
  ])('tells %s by its root', (path, told) => {
    expect(redactor.path(path)).toBe(told);
  });

  test.each(['/', '/wsx', '/etc/passwd', 'src/a.ts', '/ws/../etc/passwd', '/ws/a/..'])('hashes %s', (path) => {
    expect(redactor.path(path)).toMatch(hashed);
  });

  test('tells paths of Windows with / between their names', () => {
    const windows = redacting('relative', ['C:\\ws', '\\\\host\\share\\d'], 'win32');
    expect(windows.path('C:\\ws\\src\\a.ts')).toBe('<root 0>/src/a.ts');
    expect(windows.path('C:\\ws')).toBe('<root 0>');
    expect(windows.path('\\\\host\\share\\d\\a')).toBe('<root 1>/a');
    expect(windows.path('C:\\')).toMatch(hashed);
    expect(windows.path('D:\\ws\\a')).toMatch(hashed);
  });
});

describe('a text that is not ours', () => {
  const redactor = redacting('hash', ['/ws']);

  test('is told with the paths replaced that it is known to name', () => {
    const path = redactor.path('/ws/a b');
    expect(redactor.text("ENOENT: no such file or directory, open '/ws/a b'", ['/ws/a b'])).toBe(
      `ENOENT: no such file or directory, open '${path}'`,
    );
  });

  test('is told as it is where no path can be in it', () => {
    expect(redactor.text('x is not a function')).toBe('x is not a function');
  });

  test('is withheld as a whole where another path may be in it', () => {
    expect(redactor.text('cannot open /home/jane doe/secret')).toBe('(a text of 33 characters, withheld)');
    expect(redactor.text("rename '/ws/a' -> '/ws/b'", ['/ws/a'])).not.toContain('/ws');
    expect(redactor.text('C:\\secret')).not.toContain('secret');
  });

  test('replaces the longer of two paths first', () => {
    const told = redactor.text("rename '/ws/a' -> '/ws/a/b'", ['/ws/a', '/ws/a/b']);
    expect(told).toBe(`rename '${redactor.path('/ws/a')}' -> '${redactor.path('/ws/a/b')}'`);
  });

  test('is not misled by what stands for a path in between', () => {
    expect(redactor.text('\ue0000\ue000 in /ws/a', ['/ws/a'])).toBe(`0 in ${redactor.path('/ws/a')}`);
  });
});

describe('frames', () => {
  test('keep the files of the program, but for the roots', () => {
    const frames = '\n    at run (/ws/node_modules/x.js:1:2)\n    at file:///usr/lib/y.js:3:4';
    expect(redacting('hash', ['/ws', '/']).frames(frames)).toMatch(
      /^\n {4}at run \(path-[0-9a-f]{16}\/node_modules\/x\.js:1:2\)\n {4}at file:\/\/\/usr\/lib\/y\.js:3:4$/,
    );
    expect(redacting('relative', ['/a b']).frames('at file:///a%20b/x.js')).toBe('at file://<root 0>/x.js');
  });
});

test('nothing is changed where nothing is redacted', () => {
  expect(plainPaths.path('/ws/a')).toBe('/ws/a');
  expect(plainPaths.text('in /ws/a')).toBe('in /ws/a');
  expect(plainPaths.frames('at /ws/a')).toBe('at /ws/a');
});
