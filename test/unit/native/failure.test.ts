import { describe, expect, test } from 'vitest';
import { hashContent } from '../../../src/io/content-hash.js';
import { NativeFailure } from '../../../src/native/batch.js';
import { type FailureContext, failureFrom } from '../../../src/native/failure.js';

const addon = { syscallNames: () => ['none', 'open', 'openat'] };
const context: FailureContext = { operation: 'readFile', path: '/ws/link' };
const failure = (status: number, more: Partial<FailureContext> = {}, syscall = 0) =>
  failureFrom(addon, status, syscall, { ...context, ...more });

describe('every failure of the addon has a code', () => {
  const codes: Readonly<Record<keyof typeof NativeFailure, string>> = {
    escape: 'ERR_PLOKE_SYMLINK_ESCAPE',
    crossRoot: 'ERR_PLOKE_CROSS_ROOT',
    symlinkDenied: 'ERR_PLOKE_SYMLINK_DENIED',
    hardLink: 'ERR_PLOKE_HARD_LINK',
    mount: 'ERR_PLOKE_MOUNT',
    notRegularFile: 'ERR_PLOKE_NOT_REGULAR_FILE',
    rootLost: 'ERR_PLOKE_ROOT_LOST',
    busy: 'ERR_PLOKE_BUSY',
    tooLarge: 'ERR_PLOKE_FILE_TOO_LARGE',
    notUtf8: 'ERR_PLOKE_NOT_UTF8',
    range: 'ERR_PLOKE_RANGE',
    charBoundary: 'ERR_PLOKE_CHAR_BOUNDARY',
    changed: 'ERR_PLOKE_CONTENT_MISMATCH',
    notDurable: 'ERR_PLOKE_NOT_DURABLE',
    reserved: 'ERR_PLOKE_INVALID_PATH',
    locked: 'ERR_PLOKE_LOCK_TIMEOUT',
    lockUnsupported: 'ERR_PLOKE_LOCK_UNSUPPORTED',
    manyNames: 'ERR_PLOKE_HARD_LINK',
  };

  test.each(Object.entries(NativeFailure))('%s (%i)', (name, status) => {
    const error = failure(status);
    expect(error).toMatchObject({
      code: codes[name as keyof typeof NativeFailure],
      severity: 'fatal',
      operation: 'readFile',
      path: '/ws/link',
    });
    expect(error.message).toMatch(/^[A-Z][^:]+: \/ws\/link\. [A-Z].*\.$/);
  });

  test('a status that nobody defined is a bug', () => {
    expect(failure(-100)).toMatchObject({ code: 'ERR_PLOKE_INTERNAL', severity: 'internal' });
  });
});

describe('system failures', () => {
  test('have the code, errno and syscall of Node', () => {
    expect(failure(13, {}, 2)).toMatchObject({ code: 'EACCES', errno: -13, syscall: 'openat', path: '/ws/link' });
  });

  test('leave out a system call that there was not', () => {
    expect(Object.hasOwn(failure(2), 'syscall')).toBe(false);
    expect(Object.hasOwn(failure(2, {}, 200), 'syscall')).toBe(false);
  });

  test('say whether the change is in place, where the caller knows', () => {
    expect(failure(5, { committed: 'unknown' }).committed).toBe('unknown');
    expect(Object.hasOwn(failure(5), 'committed')).toBe(false);
  });
});

test.each(['escape', 'crossRoot', 'symlinkDenied'] as const)(
  '%s tells neither where the link leads nor whether anything is there',
  (name) => {
    const error = failure(NativeFailure[name], { byteLength: 7, actualHash: hashContent('secret') }, 1);
    expect(Object.keys(error).sort()).toEqual(['code', 'operation', 'path', 'retryable', 'severity']);
  },
);

test('a file that is too large says how large, and the limit', () => {
  const error = failure(NativeFailure.tooLarge, { byteLength: 100, maxFileBytes: 10, start: 3 });
  expect(error.details).toEqual({ byteLength: 100, maxFileBytes: 10 });
  expect(error.message).toContain('(100 bytes, limit 10)');
  expect(failure(NativeFailure.tooLarge, { maxFileBytes: 10 }).message).toContain('(limit 10 bytes)');
});

test.each(['range', 'charBoundary'] as const)('%s carries the range and the size', (name) => {
  const error = failure(NativeFailure[name], { start: 5, end: 9, byteLength: 7, maxFileBytes: 3 });
  expect(error.details).toEqual({ start: 5, end: 9, byteLength: 7 });
  expect(error.message).toContain('([5, 9) of 7 bytes)');
});

test('a change that could not be synced is committed, and its cause is the failure of fsync', () => {
  const error = failure(NativeFailure.notDurable, { detail: 5 }, 1);
  expect(error).toMatchObject({ committed: true, cause: { code: 'EIO', errno: -5, syscall: 'open' } });
  expect(failure(NativeFailure.notDurable).cause).toBeUndefined();
});

test('a file that changed carries the hashes that are known', () => {
  const expectedHash = hashContent('a');
  const error = failure(NativeFailure.changed, { expectedHash, actualHash: null });
  expect(error).toMatchObject({ expectedHash, actualHash: null });
});

test('what kept a change from being durable is the cause, an errno or a refusal', () => {
  const because = (detail: number) => failure(NativeFailure.notDurable, { detail }).cause;
  expect(because(5)).toMatchObject({ code: 'EIO' });
  expect(because(NativeFailure.escape)).toMatchObject({ code: 'ERR_PLOKE_SYMLINK_ESCAPE' });
});
