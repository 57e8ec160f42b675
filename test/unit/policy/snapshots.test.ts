import { describe, expect, test } from 'vitest';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { checkArray, checkItem, checkOptions } from '../../../src/policy/snapshots.js';

function refusal(check: () => unknown): PlokeIoError {
  try {
    check();
  } catch (error) {
    if (error instanceof PlokeIoError && error.code === 'ERR_PLOKE_INVALID_ARGUMENT') return error;
    throw error;
  }
  throw new Error('it was taken');
}

const keys = ['signal', 'maxBytes', 'encoding'] as const;
const thrower = {
  get maxBytes(): number {
    throw new Error('mine');
  },
};

describe('checkOptions', () => {
  test('undefined stands for no options', () => {
    expect(Object.keys(checkOptions('readFile', undefined, keys))).toEqual([]);
  });

  test('copies the members that are there; undefined is not there', () => {
    const options = checkOptions('readFile', { maxBytes: 1, encoding: undefined, signal: null }, keys);
    expect(Object.entries(options)).toEqual([
      ['signal', null],
      ['maxBytes', 1],
    ]);
  });

  test.each([null, 0, '', 'utf8', true, 1n, Symbol('x'), () => {}, [], [{}]])('refuses %s', (value) => {
    expect(refusal(() => checkOptions('readFile', value, keys)).message).toMatch(/^options is .*\. Pass an object\.$/);
  });

  test.each([
    ['maxbytes', 'Did you mean "maxBytes"?'],
    ['max_bytes', 'Did you mean "maxBytes"?'],
    ['encodin', 'Did you mean "encoding"?'],
    ['followLinks', 'Known are: signal, maxBytes, encoding.'],
    ['x'.repeat(1_000), 'Known are: signal, maxBytes, encoding.'],
    ['__proto__x', 'Known are: signal, maxBytes, encoding.'],
  ])('refuses the unknown member %s', (key, advice) => {
    const { message } = refusal(() => checkOptions('readFile', { [key]: 1 }, keys));
    expect(message).toContain('options has the unknown member "');
    expect(message).toContain(advice);
    expect(message.length).toBeLessThan(250);
  });

  test('an own member called __proto__ is unknown, not a prototype', () => {
    expect(refusal(() => checkOptions('readFile', JSON.parse('{"__proto__":{"maxBytes":1}}'), keys)).message).toContain(
      '"__proto__"',
    );
  });

  test('reads each member once', () => {
    let reads = 0;
    const options = checkOptions('readFile', { get maxBytes() { return ++reads; } }, keys); // biome-ignore format: one line
    expect([options.maxBytes, options.maxBytes, reads]).toEqual([1, 1, 1]);
  });

  test('a getter or a Proxy that throws is a bad argument, and what it threw is the cause', () => {
    const error = refusal(() => checkOptions('readFile', thrower, keys));
    expect(error).toMatchObject({ cause: expect.objectContaining({ message: 'mine' }) });
    expect(error.message).toMatch(/^options\.maxBytes could not be read/);
    const trap = new Proxy({}, { ownKeys: () => { throw new Error('mine'); } }); // biome-ignore format: one line
    expect(refusal(() => checkOptions('readFile', trap, keys)).message).toMatch(/^options could not be read/);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    refusal(() => checkOptions('readFile', proxy, keys));
  });

  test('the snapshot has no prototype that somebody may have polluted', () => {
    expect(Object.getPrototypeOf(checkOptions('readFile', {}, keys))).toBeNull();
  });

  test('takes members of a class, which its prototype has', () => {
    class Options {
      get maxBytes(): number {
        return 5;
      }
    }
    expect(checkOptions('readFile', new Options(), keys).maxBytes).toBe(5);
  });
});

describe('checkItem', () => {
  test('lets unknown members pass, so that results can be fed back', () => {
    const item = checkItem('readFiles', 'requests', 0, { maxBytes: 1, text: 'x' }, keys);
    expect(Object.entries(item)).toEqual([['maxBytes', 1]]);
  });

  test.each([undefined, null, 'a', 1])('refuses %s and says which one it is', (value) => {
    expect(refusal(() => checkItem('readFiles', 'requests', 3, value, keys)).message).toMatch(/^requests\[3\] is /);
  });

  test('a getter that throws is a bad argument', () => {
    expect(refusal(() => checkItem('readFiles', 'requests', 3, thrower, keys)).message).toMatch(
      /^requests\[3\] could not be read/,
    );
  });
});

describe('checkArray', () => {
  test('copies, so that later changes do not reach the call', () => {
    const given = [1, 2];
    const copy = checkArray('readFiles', 'requests', given);
    given.push(3);
    given[0] = 9;
    expect(copy).toEqual([1, 2]);
  });

  test.each([undefined, null, 'ab', { length: 1, 0: 'a' }, new Set([1]), new Uint8Array(2)])('refuses %s', (value) => {
    expect(refusal(() => checkArray('readFiles', 'requests', value)).message).toContain('Pass an array.');
  });

  test('keeps to its bounds', () => {
    expect(refusal(() => checkArray('o', 'roots', [], { min: 1 })).message).toBe(
      'roots has 0 elements. Pass at least 1.',
    );
    expect(refusal(() => checkArray('o', 'roots', [1, 2], { max: 1 })).message).toContain('Pass at most 1.');
  });

  test('does not trust a Proxy about its length, nor an iterator of its own', () => {
    refusal(() => checkArray('o', 'roots', new Proxy([], { get: (_, key) => (key === 'length' ? Number.NaN : 0) })));
    refusal(() => checkArray('o', 'roots', new Proxy([], { get: (_, key) => (key === 'length' ? 1e15 : 0) })));
    const endless = [1];
    endless[Symbol.iterator] = () => expect.unreachable();
    expect(checkArray('o', 'roots', endless)).toEqual([1]);
  });

  test('an element whose getter throws is a bad argument', () => {
    const array = Object.defineProperty([], 0, { enumerable: true, get: () => { throw new Error('mine'); } }); // biome-ignore format: one line
    refusal(() => checkArray('o', 'roots', array));
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    refusal(() => checkArray('o', 'roots', proxy));
  });

  test('holes are undefined', () => {
    expect(checkArray('o', 'roots', new Array(2))).toEqual([undefined, undefined]);
  });
});

describe('what stands on Object.prototype', () => {
  const prototype = Object.prototype as { maxBytes?: unknown };

  test('is no option and no member of an item', () => {
    prototype.maxBytes = 7;
    try {
      expect(checkOptions('readFile', {}, keys)).not.toHaveProperty('maxBytes');
      expect(checkItem('readFiles', 'requests', 0, {}, keys)).not.toHaveProperty('maxBytes');
      expect(checkOptions('readFile', { maxBytes: 1 }, keys)).toHaveProperty('maxBytes', 1);
      expect(checkOptions('readFile', Object.assign(Object.create(null), { maxBytes: 1 }), keys)).toHaveProperty(
        'maxBytes',
        1,
      );
    } finally {
      delete prototype.maxBytes;
    }
  });

  test('a getter of a class of the caller is one', () => {
    class Options {
      get maxBytes(): number {
        return 3;
      }
    }
    prototype.maxBytes = 7;
    try {
      expect(checkOptions('readFile', new Options(), keys)).toHaveProperty('maxBytes', 3);
    } finally {
      delete prototype.maxBytes;
    }
  });
});
