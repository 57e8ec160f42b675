import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  closedError,
  contentMismatch,
  internalError,
  invalidArgument,
  invalidPath,
  unreachable,
} from '../../../src/errors/make.js';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { hashContent } from '../../../src/io/content-hash.js';
import type { PlokeIoError as PlokeIoErrorModel } from '../../../src/types.js';

describe('PlokeIoError', () => {
  test('composes what went wrong, where, and what to do', () => {
    const error = new PlokeIoError({ code: 'ERR_PLOKE_BUSY', message: 'It moves', operation: 'readFile', path: '/a' });
    expect(error.message).toBe('It moves: /a. Try again in a moment.');
    expect(error).toBeInstanceOf(Error);
    expect(error.stack).toMatch(/^PlokeIoError: It moves: \/a\./);
  });

  test('takes severity and retryable from the tables', () => {
    const of = (code: string) => {
      const { severity, retryable } = new PlokeIoError({ code, message: 'm', operation: 'o' });
      return { severity, retryable };
    };
    expect(of('ERR_PLOKE_INTERNAL')).toEqual({ severity: 'internal', retryable: false });
    expect(of('ERR_PLOKE_BUSY')).toEqual({ severity: 'fatal', retryable: true });
    expect(of('ENOSPC')).toEqual({ severity: 'fatal', retryable: true });
    expect(of('EACCES')).toEqual({ severity: 'fatal', retryable: false });
    expect(of('ENOBODYKNOWS')).toEqual({ severity: 'fatal', retryable: false });
    expect(of('constructor')).toEqual({ severity: 'fatal', retryable: false });
  });

  test('has no own property for a member that is absent', () => {
    const error = new PlokeIoError({ code: 'ENOENT', message: 'm', operation: 'o', path: undefined });
    expect(Object.keys(error)).toEqual(['code', 'severity', 'retryable', 'operation']);
    expect(Object.hasOwn(error, 'cause')).toBe(false);
  });

  test('keeps false, null and 0, which are not absent', () => {
    const error = new PlokeIoError({
      code: 'ERR_PLOKE_CONTENT_MISMATCH',
      message: 'm',
      operation: 'o',
      actualHash: null,
      committed: false,
      errno: 0,
    });
    expect(error).toMatchObject({ actualHash: null, committed: false, errno: 0 });
  });

  test('is an AbortError for ABORT_ERR only', () => {
    expect(new PlokeIoError({ code: 'ABORT_ERR', message: 'm', operation: 'o' }).name).toBe('AbortError');
    expect(new PlokeIoError({ code: 'ENOENT', message: 'm', operation: 'o' }).name).toBe('PlokeIoError');
  });

  test('becomes JSON with every member and its causes, however deep', () => {
    const cause = new PlokeIoError({ code: 'EIO', message: 'disk', operation: 'o', cause: new TypeError('inner') });
    const error: PlokeIoErrorModel = new PlokeIoError({
      code: 'ERR_PLOKE_NOT_DURABLE',
      message: 'm',
      operation: 'writeFile',
      path: '/a',
      committed: true,
      details: { byteLength: 3 },
      cause,
    });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: 'PlokeIoError',
      code: 'ERR_PLOKE_NOT_DURABLE',
      severity: 'fatal',
      retryable: false,
      operation: 'writeFile',
      path: '/a',
      committed: true,
      details: { byteLength: 3 },
      cause: { code: 'EIO', cause: { name: 'TypeError', message: 'inner' } },
    });
  });

  test('becomes JSON with the causes of a cause that is not ours', () => {
    const inner = new PlokeIoError({ code: 'EIO', message: 'disk', operation: 'o', path: '/a' });
    const cause = Object.assign(new Error('outer', { cause: inner }), { code: 'ERR_OUTER' });
    const error = new PlokeIoError({ code: 'ABORT_ERR', message: 'm', operation: 'o', cause });
    expect(JSON.parse(JSON.stringify(error)).cause).toEqual({
      name: 'Error',
      message: 'outer',
      code: 'ERR_OUTER',
      cause: JSON.parse(JSON.stringify(inner)),
    });
  });

  test('becomes JSON though its causes go round in a circle, or do not let themselves be read', () => {
    const circle = new Error('round');
    const error = new PlokeIoError({ code: 'ABORT_ERR', message: 'm', operation: 'o', cause: circle });
    circle.cause = error;
    expect(JSON.stringify(error)).toContain('round');
    const { proxy, revoke } = Proxy.revocable(new Error('hidden'), {});
    revoke();
    const unreadable = new PlokeIoError({ code: 'ABORT_ERR', message: 'm', operation: 'o', cause: proxy });
    expect(JSON.parse(JSON.stringify(unreadable)).cause).toBe('object');
  });

  test('is told in full by its JSON to another thread, which gets the message alone of the error itself', () => {
    const error = new PlokeIoError({
      code: 'EIO',
      message: 'disk',
      operation: 'o',
      path: '/a',
      details: { removed: 3 },
    });
    const json = error.toJSON();
    expect(structuredClone(json)).toEqual(json);
    const aborted = new PlokeIoError({ code: 'ABORT_ERR', message: 'm', operation: 'o', cause: () => 'enough' });
    expect(() => structuredClone(aborted)).toThrow(/could not be cloned/);
    expect(structuredClone(aborted.toJSON())).toMatchObject({ code: 'ABORT_ERR', cause: 'function' });
    const clone: Error = structuredClone(error);
    expect(clone).toBeInstanceOf(Error);
    expect(clone.message).toBe(error.message);
    expect(clone).not.toHaveProperty('code');
  });

  test('becomes JSON whatever a signal gave as its reason', () => {
    const circular: Record<string, unknown> = { big: 1n };
    circular.self = circular;
    const error = new PlokeIoError({ code: 'ABORT_ERR', message: 'm', operation: 'o', cause: circular });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ cause: 'object' });
  });

  test('a message never holds more of a path than a few hundred characters', () => {
    const error = new PlokeIoError({ code: 'ENOENT', message: 'm', operation: 'o', path: `/${'x'.repeat(60_000)}` });
    expect(error.message.length).toBeLessThan(600);
    expect(error.path?.length).toBe(60_001);
  });
});

describe('the makers', () => {
  test('a mismatch carries both hashes, or null for a missing file', () => {
    const expectedHash = hashContent('a');
    const error = contentMismatch({ operation: 'writeFile', path: '/f', expectedHash, actualHash: null });
    expect(error).toMatchObject({ code: 'ERR_PLOKE_CONTENT_MISMATCH', expectedHash, actualHash: null, path: '/f' });
    expect(error.retryable).toBe(false);
  });

  test('an internal error keeps what was thrown and says that it is our bug', () => {
    const cause = new TypeError('x is undefined');
    expect(internalError('readFile', cause)).toMatchObject({
      code: 'ERR_PLOKE_INTERNAL',
      severity: 'internal',
      message: expect.stringMatching(/^Bug in ploke-io: x is undefined\. Please report/),
      cause,
    });
    const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    const report = {
      version: manifest.version,
      platform: `${process.platform}-${process.arch}`,
      node: process.versions.node,
      operation: 'readFile',
    };
    const error = internalError('readFile', cause);
    expect(error.details).toEqual({ report });
    for (const needed of ['ERR_PLOKE_INTERNAL', 'stack', ...Object.values(report)])
      expect(error.message).toContain(needed);
    expect(error.message).not.toMatch(/https?:|@/);
    expect(internalError('readFile', 'a broken invariant').message).toContain('a broken invariant');
    expect(internalError('readFile', { secret: 1 }).message).toContain('an unknown failure');
  });

  test('an argument error adds nothing to its message', () => {
    expect(invalidArgument('o', 'x is 1. Pass 2.', { argument: 'x' })).toMatchObject({
      message: 'x is 1. Pass 2.',
      details: { argument: 'x' },
    });
  });

  test('a path error puts the path between what is wrong and what to do', () => {
    expect(invalidPath('stat', 'The path is a root. Pass a path below it.', '/ws')).toMatchObject({
      message: 'The path is a root: /ws. Pass a path below it.',
      path: '/ws',
    });
    expect(invalidPath('stat', 'The path is "a. b". Pass another.').message).toBe('The path is "a. b". Pass another.');
  });

  test('a closed workspace says to open a new one', () => {
    expect(closedError('stat')).toMatchObject({
      code: 'ERR_PLOKE_CLOSED',
      operation: 'stat',
      message: 'The workspace has been closed. Open a new workspace.',
    });
  });

  test('an unreachable case is a bug', () => {
    expect(() => unreachable('x' as never, 'stat')).toThrow(expect.objectContaining({ code: 'ERR_PLOKE_INTERNAL' }));
  });
});
