import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { describe, expect, test } from 'vitest';
import { errnoTable } from '../../../src/errors/errno-table.js';
import { errnoOf } from '../../../src/errors/system-error.js';

/** As Windows has them: <errno.h> of the Universal C Runtime, and libuv's own numbers (uv/errno.h). */
const windowsConstants = {
  EPERM: 1,
  ENOENT: 2,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  ENOSPC: 28,
  ENAMETOOLONG: 38,
  ENOTEMPTY: 41,
  ELOOP: 114,
  ENOTSUP: 129,
  EAGAIN: 11,
  EWOULDBLOCK: 140,
  WSAEACCES: 10013,
};
const windowsLibuv = new Map<number, [string, string]>([
  [-4048, ['EPERM', 'operation not permitted']],
  [-4058, ['ENOENT', 'no such file or directory']],
  [-4092, ['EACCES', 'permission denied']],
  [-4082, ['EBUSY', 'resource busy or locked']],
  [-4075, ['EEXIST', 'file already exists']],
  [-4052, ['ENOTDIR', 'not a directory']],
  [-4068, ['EISDIR', 'illegal operation on a directory']],
  [-4055, ['ENOSPC', 'no space left on device']],
  [-4064, ['ENAMETOOLONG', 'name too long']],
  [-4051, ['ENOTEMPTY', 'directory not empty']],
  [-4032, ['ELOOP', 'too many symbolic links encountered']],
  [-4049, ['ENOTSUP', 'operation not supported on socket']],
  [-4088, ['EAGAIN', 'resource temporarily unavailable']],
  [-4094, ['UNKNOWN', 'unknown error']],
  // What a careless look-up of -2 would find, if libuv ever had it.
  [-2, ['EIO', 'not this one']],
]);

describe('on Windows', () => {
  const table = errnoTable(windowsConstants, windowsLibuv, 'win32');

  test.each([
    [2, 'ENOENT', -4058],
    [1, 'EPERM', -4048],
    [16, 'EBUSY', -4082],
    [41, 'ENOTEMPTY', -4051],
    [114, 'ELOOP', -4032],
    [11, 'EAGAIN', -4088],
  ])('errno %i is %s, and Node has %i for it', (errno, code, number) => {
    expect(table.describe(errno)).toMatchObject({ code, errno: number });
    expect(table.numberOf(code)).toBe(number);
  });

  test('a code that libuv does not have keeps its errno', () => {
    expect(table.describe(140)).toEqual({ code: 'EWOULDBLOCK', meaning: 'system error 140', errno: -140 });
  });

  test('what nobody knows is told by its number, also where Linux has a name for it', () => {
    expect(table.describe(117)).toEqual({ code: 'UNKNOWN', meaning: 'system error 117', errno: -117 });
  });
});

test('on macOS the two names of one number are told apart as libuv does', () => {
  const libuv = new Map<number, [string, string]>([
    [-35, ['EAGAIN', 'resource temporarily unavailable']],
    [-45, ['ENOTSUP', 'operation not supported on socket']],
  ]);
  const table = errnoTable({ EAGAIN: 35, EWOULDBLOCK: 35, ENOTSUP: 45, EOPNOTSUPP: 102 }, libuv, 'darwin');
  expect(table.describe(35)).toMatchObject({ code: 'EAGAIN', errno: -35 });
  expect(table.describe(45)).toMatchObject({ code: 'ENOTSUP', errno: -45 });
  expect(table.describe(102)).toMatchObject({ code: 'EOPNOTSUPP', errno: -102 });
});

test('on this system names and numbers are those of Node', () => {
  const names = constants.errno as unknown as Record<string, number>;
  const table = errnoTable(names, getSystemErrorMap(), process.platform);
  for (const [number, [name, message]] of getSystemErrorMap()) {
    if (names[name] === undefined) continue;
    expect(table.describe(names[name])).toEqual({ code: name, meaning: message, errno: number });
    expect(errnoOf(name)).toBe(number);
  }
});
