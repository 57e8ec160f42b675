import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contentMismatch, internalError, invalidArgument, invalidPath } from '../../../src/errors/make.js';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { createRedactor } from '../../../src/errors/redactor.js';
import { givenPath, givenValue, wording } from '../../../src/errors/wording.js';
import { hashContent } from '../../../src/io/content-hash.js';
import type { WriteResult } from '../../../src/types.js';
import { everyText } from '../../redaction/every-text.js';

function redacting(mode: 'relative' | 'hash' = 'hash') {
  const redactor = createRedactor(mode);
  redactor.useRoots(() => ['/ws']);
  return redactor;
}

const missing = () =>
  new PlokeIoError({ code: 'ENOENT', message: 'ENOENT: gone', operation: 'stat', path: '/ws/secret' });

describe('an error', () => {
  test('is made anew with its path redacted, in the message, the member and the stack', () => {
    const redactor = redacting();
    const error = redactor.error(missing());
    const path = redactor.path('/ws/secret');
    expect(error).toBeInstanceOf(PlokeIoError);
    expect(error).toMatchObject({ code: 'ENOENT', operation: 'stat', path, retryable: false });
    expect(error.message).toBe(
      `ENOENT: gone: ${path}. Check the path; createFile() makes files, and parents: true their directories.`,
    );
    expect(error.stack?.split('\n')[0]).toBe(`PlokeIoError: ${error.message}`);
    expect(error.stack).toContain('redactor.test.ts');
    expect(everyText(error)).not.toContain('secret');
  });

  test('tells a path below a root by the root', () => {
    expect(redacting('relative').error(missing())).toMatchObject({
      path: '<root 0>/secret',
      message: expect.stringMatching(/^ENOENT: gone: <root 0>\/secret\. /),
    });
  });

  test('keeps every other member, those that were added later too', () => {
    const expectedHash = hashContent('a');
    const mismatch = contentMismatch({ operation: 'writeFile', path: '/ws/secret', expectedHash, actualHash: null });
    const error = redacting().error(Object.assign(mismatch, { committed: false as const }));
    expect(error).toMatchObject({ expectedHash, actualHash: null, committed: false });
    expect(Object.keys(error).sort()).toEqual(Object.keys(mismatch).sort());
  });

  test('is redacted once', () => {
    const redactor = redacting();
    const error = redactor.error(missing());
    expect(redactor.error(error)).toBe(error);
    const abort = new PlokeIoError({ code: 'ABORT_ERR', message: 'm', operation: 'o', cause: error });
    expect(redactor.error(abort).cause).toBe(error);
    expect(redactor.error(abort).name).toBe('AbortError');
  });

  test('that is not ours is given back as it is', () => {
    for (const thrown of [new Error('/ws/secret'), 'secret', undefined]) expect(redacting().error(thrown)).toBe(thrown);
  });

  test('does not repeat what was passed', () => {
    const bad = invalidArgument('readFile', wording`encoding is ${givenValue('/ws/secret')}. Pass "utf8".`);
    expect(redacting().error(bad).message).toBe('encoding is a string of 10 characters. Pass "utf8".');
    expect(bad.message).toBe('encoding is "/ws/secret". Pass "utf8".');
    expect(redacting().error(invalidArgument('o', wording`x is ${givenValue(7)}.`)).message).toBe('x is 7.');
  });

  test('tells a refused path as the path that it is', () => {
    const redactor = redacting();
    const refused = invalidPath('stat', wording`The path is not absolute: ${givenPath('secret')}. Pass another.`);
    expect(redactor.error(refused).message).toBe(`The path is not absolute: ${redactor.path('secret')}. Pass another.`);
  });

  test('redacts its details, whatever they hold', () => {
    const redactor = redacting();
    const error = new PlokeIoError({
      code: 'ERR_PLOKE_LOCK_TIMEOUT',
      message: 'm',
      operation: 'lock',
      details: {
        timeoutMs: 5,
        argument: 'lock',
        recovered: ['/ws/secret', 'secret'],
        holders: [
          { pid: 1, purpose: 'reads /ws/secret' },
          { pid: 2, purpose: 'reindex' },
        ],
        nested: { deep: [{ file: '/ws/secret' }] },
      },
    });
    expect(redactor.error(error).details).toEqual({
      timeoutMs: 5,
      argument: 'lock',
      recovered: [redactor.path('/ws/secret'), redactor.path('secret')],
      holders: [
        { pid: 1, purpose: '(a text of 16 characters, withheld)' },
        { pid: 2, purpose: 'reindex' },
      ],
      nested: { deep: [{ file: redactor.path('/ws/secret') }] },
    });
  });

  test('redacts the result that it carries, with its warnings', () => {
    const redactor = redacting();
    const result = {
      id: '/ws/secret',
      path: '/ws/secret',
      origin: 'me',
      warnings: [{ code: 'PLOKE_RECOVERED', message: 'kept', path: '/ws/secret.kept' }],
      hash: hashContent('a'),
    } as unknown as WriteResult;
    const init = { code: 'ERR_PLOKE_NOT_DURABLE', message: 'm', operation: 'writeFile', committed: true, result };
    const error = redactor.error(new PlokeIoError(init));
    expect(error.result).toMatchObject({ path: redactor.path('/ws/secret'), origin: 'me', hash: result.hash });
    expect(everyText(error)).not.toContain('secret');
  });
});

describe('a cause', () => {
  const withCause = (cause: unknown) => new PlokeIoError({ code: 'ABORT_ERR', message: 'm', operation: 'o', cause });

  test('of Node keeps its code, and loses its paths', () => {
    const redactor = redacting();
    let thrown: unknown;
    try {
      readFileSync('/ws/secret file');
    } catch (error) {
      thrown = error;
    }
    const { cause } = redactor.error(withCause(thrown));
    const path = redactor.path('/ws/secret file');
    expect(cause).toMatchObject({ code: 'ENOENT', syscall: 'open', path, name: 'Error' });
    expect(cause).toHaveProperty('message', `ENOENT: no such file or directory, open '${path}'`);
    expect(everyText(cause)).not.toContain('secret');
    expect(everyText(thrown)).toContain('secret');
  });

  test('is followed to its own causes', () => {
    const chain = new Error('outer', { cause: missing() });
    const redactor = redacting();
    const error = redactor.error(withCause(chain));
    expect(error.cause).toMatchObject({ message: 'outer', cause: { path: redactor.path('/ws/secret') } });
    expect(everyText(error)).not.toContain('secret');
  });

  test('does not tell in its stack what its message was before', () => {
    const changed = new Error('no /ws/secret');
    changed.message = '';
    const error = redacting().error(withCause(changed));
    expect(everyText(error)).not.toContain('secret');
    expect((error.cause as Error).stack).toContain('redactor.test.ts');
  });

  test('that goes round in a circle has an end', () => {
    const circle = new Error('round');
    circle.cause = circle;
    expect(everyText(redacting().error(withCause(circle)))).toContain('round');
  });

  test.each<[string, unknown, unknown]>([
    ['a text without a path', 'enough', 'enough'],
    ['a text with one', 'stop /ws/secret', '(a text of 15 characters, withheld)'],
    ['a number', 7, 7],
    ['null', null, null],
    ['an object', { path: '/ws/secret' }, 'object'],
    ['a function', () => 'secret', 'function'],
  ])('that is %s', (_what, reason, told) => {
    expect(redacting().error(withCause(reason)).cause).toEqual(told);
  });

  test('that does not let itself be read is withheld', () => {
    const { proxy, revoke } = Proxy.revocable(new Error('secret'), {});
    revoke();
    expect(redacting().error(withCause(proxy)).cause).toBe('object');
  });
});

test('a bug of ours tells what broke, unless that names a file', () => {
  expect(redacting().error(internalError('o', new TypeError('x is undefined'))).message).toMatch(
    /^Bug in ploke-io: x is undefined\. Please report/,
  );
  const error = redacting().error(internalError('o', new Error('no /ws/secret')));
  expect(error.message).toMatch(/^Bug in ploke-io: \(a text of 13 characters, withheld\)\./);
  expect(error.details).toEqual(internalError('o', 'x').details);
});

test('what telemetry tells of a failure is redacted, whoever threw it', () => {
  const redactor = redacting();
  expect(redactor.reason(missing())).toMatchObject({ code: 'ENOENT', path: redactor.path('/ws/secret') });
  expect(everyText(redactor.reason(new RangeError('no /ws/secret')))).not.toContain('secret');
  expect(redactor.reason(redactor.error(missing()))).toBeInstanceOf(PlokeIoError);
  expect(redactor.details([{ pid: 1, purpose: '/ws/secret' }])).toEqual([
    { pid: 1, purpose: redactor.path('/ws/secret') },
  ]);
});

test('a warning loses its path, and stays the same where it has none', () => {
  const redactor = redacting();
  const warning = { code: 'PLOKE_SWEPT', message: 'swept', path: '/ws/secret' };
  expect(redactor.warning(warning)).toEqual({ ...warning, path: redactor.path('/ws/secret') });
  const plain = { code: 'PLOKE_LIMITS', message: 'less' };
  expect(redactor.warning(plain)).toBe(plain);
});

test('nothing is copied where nothing is redacted', () => {
  const redactor = createRedactor('none');
  const error = missing();
  const warning = { code: 'PLOKE_SWEPT', message: 'swept', path: '/ws/secret' };
  expect(redactor.error(error)).toBe(error);
  expect(redactor.warning(warning)).toBe(warning);
  expect(redactor.path('/ws/secret')).toBe('/ws/secret');
  expect(redactor.reason(error)).toBe(error);
  expect(redactor.details(warning)).toBe(warning);
});
