import { openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeErrno, systemError } from '../../../src/errors/system-error.js';

test.skipIf(process.platform === 'win32').each<[number, string]>([
  [2, 'ENOENT'],
  [-2, 'ENOENT'],
  [11, 'EAGAIN'],
  [95, 'ENOTSUP'],
  [122, 'EDQUOT'],
  [116, 'ESTALE'],
  [117, 'EUCLEAN'],
  [4000, 'UNKNOWN'],
])('names errno %i as %s', (errno, code) => {
  expect(describeErrno(errno).code).toBe(code);
});

test('has the code, errno and syscall that Node has for the same failure', () => {
  const node = thrownBy(() => openSync('/nowhere/at/all', 'r')) as NodeJS.ErrnoException;
  const ours = systemError({ errno: 2, syscall: 'openat2', operation: 'readFile', path: '/nowhere/at/all' });
  expect({ code: ours.code, errno: ours.errno, path: ours.path }).toEqual({
    code: node.code,
    errno: node.errno,
    path: node.path,
  });
  expect(ours.syscall).toBe('openat2');
  expect(ours.message).toMatch(/^ENOENT: no such file or directory, openat2: \/nowhere\/at\/all\. Check the path/);
});

test('leaves the system call out where there was none', () => {
  const error = systemError({ errno: 20, operation: 'stat', path: '/a' });
  expect(Object.hasOwn(error, 'syscall')).toBe(false);
  expect(error.message).toMatch(/^ENOTDIR: not a directory: \/a\./);
});

test('keeps the number of an errno that nobody knows', () => {
  expect(systemError({ errno: 4000, operation: 'stat' })).toMatchObject({
    code: 'UNKNOWN',
    errno: -4000,
    message: 'UNKNOWN: system error 4000. The code is explained in errno(3).',
  });
});

test.each([28, 122])('a full disk (%i) is retryable and says that the old content is there', (errno) => {
  const error = systemError({ errno, operation: 'writeFile', path: '/a' });
  expect(error.retryable).toBe(true);
  expect(error.message).toContain('the old content is untouched');
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
