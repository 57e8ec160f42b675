import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { hashContent } from '../../../src/io/content-hash.js';
import {
  checkBoolean,
  checkChoice,
  checkData,
  checkFunction,
  checkHash,
  checkInteger,
  checkMode,
  checkSignal,
  checkString,
  optional,
} from '../../../src/policy/arguments.js';

function refusal(check: () => unknown): PlokeIoError {
  try {
    check();
  } catch (error) {
    if (error instanceof PlokeIoError && error.code === 'ERR_PLOKE_INVALID_ARGUMENT') return error;
    throw error;
  }
  throw new Error('it was taken');
}

const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true });

test('every refusal names the member, what came, and what to pass', () => {
  const error = refusal(() => checkInteger('readFile', 'maxBytes', Number.NaN, { min: 1, max: 10 }));
  expect(error.message).toBe('maxBytes is NaN. Pass an integer from 1 to 10.');
  expect(error).toMatchObject({ operation: 'readFile', details: { argument: 'maxBytes' } });
});

describe('checkInteger', () => {
  test.each([0, 1, Number.MAX_SAFE_INTEGER])('takes %d', (value) => {
    expect(checkInteger('o', 'm', value)).toBe(value);
  });

  test('turns -0 into 0', () => {
    expect(Object.is(checkInteger('o', 'm', -0), 0)).toBe(true);
  });

  test.each([
    undefined,
    null,
    '1',
    1n,
    1.5,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    2 ** 53,
    [1],
    { valueOf: () => 1 },
    new Number(1),
  ])('refuses %s', (value) => {
    expect(refusal(() => checkInteger('o', 'm', value)).message).toContain('Pass an integer of at least 0.');
  });

  test('keeps to its bounds, both included', () => {
    expect(checkInteger('o', 'm', 4, { min: 4, max: 6 })).toBe(4);
    expect(checkInteger('o', 'm', 6, { min: 4, max: 6 })).toBe(6);
    refusal(() => checkInteger('o', 'm', 3, { min: 4, max: 6 }));
    refusal(() => checkInteger('o', 'm', 7, { min: 4, max: 6 }));
  });
});

test('checkBoolean takes true and false only', () => {
  expect(checkBoolean('o', 'm', false)).toBe(false);
  for (const value of [0, 1, 'true', null, undefined, new Boolean(true)]) refusal(() => checkBoolean('o', 'm', value));
});

test('checkChoice lists the choices', () => {
  expect(checkChoice('o', 'm', 'a', ['a', 'b'])).toBe('a');
  const error = refusal(() => checkChoice('o', 'durability', 'stric', ['strict', 'none']));
  expect(error.message).toBe('durability is "stric". Pass one of "strict", "none".');
  for (const value of ['A', '', 0, null, ['a'], new String('a')]) refusal(() => checkChoice('o', 'm', value, ['a']));
});

describe('checkString', () => {
  test('takes well-formed text within its length', () => {
    expect(checkString('o', 'm', '')).toBe('');
    expect(checkString('o', 'm', 'ü😀', { minLength: 1, maxLength: 3 })).toBe('ü😀');
  });

  test.each([undefined, null, 1, ['a'], new String('a')])('refuses %s', (value) => {
    refusal(() => checkString('o', 'm', value));
  });

  test('refuses a lone surrogate, and a length out of bounds', () => {
    expect(refusal(() => checkString('o', 'm', '\udfff')).message).toContain('lone surrogate');
    expect(refusal(() => checkString('o', 'm', '', { minLength: 1 })).message).toContain('at least 1 characters');
    expect(refusal(() => checkString('o', 'm', 'abc', { maxLength: 2 })).message).toContain('at most 2');
  });
});

describe('checkSignal', () => {
  test('takes a genuine signal, or none', () => {
    const { signal } = new AbortController();
    expect(checkSignal('o', signal)).toBe(signal);
    expect(checkSignal('o', undefined)).toBeUndefined();
  });

  test.each([
    null,
    true,
    {},
    { aborted: false, addEventListener: () => {} },
    new AbortController(),
    new EventTarget(),
    Object.create(AbortSignal.prototype),
    new Proxy(new AbortController().signal, {}),
  ])('refuses %#', (value) => {
    expect(refusal(() => checkSignal('o', value)).message).toContain('Pass an AbortSignal');
  });
});

test('checkHash takes the text of a hash only', () => {
  const hash = hashContent('a');
  expect(checkHash('o', 'expectedHash', hash)).toBe(hash);
  for (const value of [undefined, null, '', hash.slice(0, -1), `${hash}a`, `${hash}\n`, hash.toUpperCase(), [hash]]) {
    refusal(() => checkHash('o', 'expectedHash', value));
  }
});

test('checkMode takes permission bits only', () => {
  expect(checkMode('o', 'mode', 0)).toBe(0);
  expect(checkMode('o', 'mode', 0o7777)).toBe(0o7777);
  for (const value of [undefined, null, '644', -1, 0o10000, 1.5, Number.NaN])
    refusal(() => checkMode('o', 'mode', value));
});

test('checkFunction takes functions only', () => {
  const update = (): void => {};
  expect(checkFunction('o', 'update', update)).toBe(update);
  for (const value of [undefined, null, 'update', {}]) refusal(() => checkFunction('o', 'update', value));
});

describe('checkData', () => {
  test('gives the bytes of text as UTF-8', () => {
    expect([...checkData('o', 'data', 'aü€😀')]).toEqual([...new TextEncoder().encode('aü€😀')]);
    expect(checkData('o', 'data', '')).toHaveLength(0);
  });

  test('copies the bytes of the view, and nothing beside them', () => {
    const memory = new Uint8Array([1, 2, 3, 4, 5]);
    const bytes = checkData('o', 'data', memory.subarray(1, 4));
    memory.fill(9);
    expect([...bytes]).toEqual([2, 3, 4]);
  });

  test('reads a Buffer', () => {
    expect([...checkData('o', 'data', Buffer.from('ab'))]).toEqual([97, 98]);
  });

  test('is not fooled by a subclass that lies about its length', () => {
    class Liar extends Uint8Array {
      override get length(): number {
        return 1_000_000;
      }
      override get byteLength(): number {
        return 1_000_000;
      }
    }
    expect(checkData('o', 'data', new Liar([1, 2]))).toHaveLength(2);
  });

  test('refuses memory that another thread may change, and memory that is gone', () => {
    expect(refusal(() => checkData('o', 'data', new Uint8Array(new SharedArrayBuffer(4)))).message).toContain('shared');
    const moved = new Uint8Array(4);
    structuredClone(moved.buffer, { transfer: [moved.buffer] });
    expect(refusal(() => checkData('o', 'data', moved)).message).toContain('detached');
  });

  test.each([
    undefined,
    null,
    1,
    ['a'],
    new String('a'),
    new ArrayBuffer(4),
    new Uint16Array(2),
    new DataView(new ArrayBuffer(2)),
    new Proxy(new Uint8Array(2), {}),
    Object.create(Uint8Array.prototype),
  ])('refuses %#', (value) => {
    expect(refusal(() => checkData('o', 'data', value)).message).toContain('neither a string nor a Uint8Array');
  });

  test('refuses a lone surrogate, which would be written as U+FFFD', () => {
    expect(refusal(() => checkData('o', 'data', 'a\ud83d')).message).toContain('lone surrogate');
  });
});

test('optional leaves out what was not given, and nothing else', () => {
  expect(optional(undefined, 7, (value) => checkInteger('o', 'm', value))).toBe(7);
  expect(optional(3, 7, (value) => checkInteger('o', 'm', value))).toBe(3);
  refusal(() => optional(null, 7, (value) => checkInteger('o', 'm', value)));
});

test('whatever comes, a check gives it back or throws ERR_PLOKE_INVALID_ARGUMENT in a short message', () => {
  const checks = [checkInteger, checkBoolean, checkString, checkHash, checkMode, checkData, checkFunction];
  fc.assert(
    fc.property(fc.constantFrom(...checks), anything, (check, value) => {
      try {
        check('o', 'm', value);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_PLOKE_INVALID_ARGUMENT' });
        expect((error as Error).message.length).toBeLessThan(700);
      }
    }),
  );
});
