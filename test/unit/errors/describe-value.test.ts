import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describePath, describeValue } from '../../../src/errors/describe-value.js';

describe('describeValue', () => {
  test.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [-0, '-0'],
    [1.5, '1.5'],
    [10n, '10n'],
    [-(2n ** 1_000_000n), 'a huge bigint'],
    [2n ** 255n - 1n, `${String(2n ** 255n).slice(0, 59)}…n`],
    [true, 'true'],
    ['', '""'],
    ['a"b', '"a\\"b"'],
    ['\ud800', '"\\ud800"'],
    [Symbol('secret'), 'a symbol'],
    [() => 'secret', 'a function'],
    [[], 'an empty array'],
    [[1], 'an array'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [new Date(0), 'a Date'],
    [Buffer.from('secret'), 'a typed array or Buffer'],
  ])('describes %#', (value, description) => {
    expect(describeValue(value)).toBe(description);
  });

  test('does not touch a Proxy', () => {
    const { proxy, revoke } = Proxy.revocable([], {
      get: () => expect.unreachable(),
      getPrototypeOf: () => expect.unreachable(),
      ownKeys: () => expect.unreachable(),
    });
    expect(describeValue(proxy)).toBe('a Proxy');
    revoke();
    expect(describeValue(proxy)).toBe('a Proxy');
  });

  test('shortens a long string and says how long it is', () => {
    expect(describeValue('x'.repeat(100_000))).toBe(`"${'x'.repeat(59)}…" (100000 characters)`);
  });

  test('runs no code of the value', () => {
    let calls = 0;
    const spy = {
      toString: () => String(++calls),
      toJSON: () => ++calls,
      [Symbol.toPrimitive]: () => ++calls,
      get constructor() {
        return ++calls;
      },
    };
    expect(describeValue(spy)).toBe('an object');
    expect(calls).toBe(0);
  });

  test('is short and never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (value) => {
        expect(describeValue(value).length).toBeLessThan(450);
      }),
    );
  });
});

describe('describePath', () => {
  test('shows an ordinary path as it is', () => {
    expect(describePath('/a b/ü😀.ts')).toBe('/a b/ü😀.ts');
  });

  test.each(['/a\nERROR: forged', '/a\u001b[31m', '/a\u2028b', '/a\u0085b'])(
    'quotes control characters: %j',
    (path) => {
      const shown = describePath(path);
      expect(shown.startsWith('"')).toBe(true);
      expect(shown).not.toContain('\n');
      expect(shown).not.toContain('\u001b');
    },
  );

  test('cuts the middle out of a very long path', () => {
    const shown = describePath(`/start/${'x'.repeat(5000)}/end`);
    expect(shown.length).toBe(300);
    expect(shown).toMatch(/^\/start\/.*….*\/end$/);
  });
});
