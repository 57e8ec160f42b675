import { posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { isPlainPath, maxPathBytes, parsePathArgument } from '../../../src/policy/path-argument.js';

const parse = (input: unknown): string => parsePathArgument(input, 'readFile');

function refusal(input: unknown): PlokeIoError {
  try {
    parse(input);
  } catch (error) {
    if (error instanceof PlokeIoError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('text', () => {
  test.each([
    ['/a/b', '/a/b'],
    ['/', '/'],
    ['//', '/'],
    ['/..', '/'],
    ['/../../a', '/a'],
    ['//a///b', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/./b', '/a/b'],
    ['/a/', '/a/'],
    ['/a//', '/a/'],
    ['/a/.', '/a/'],
    ['/a/b/..', '/a/'],
    ['/.a/..b/...', '/.a/..b/...'],
    ['/ a /b\n', '/ a /b\n'],
    ['/a\\..\\b', '/a\\..\\b'],
    ['/%2e%2e/~', '/%2e%2e/~'],
    ['/ü/😀', '/ü/😀'],
  ])('%j becomes %j', (input, output) => {
    expect(parse(input)).toBe(output);
  });

  const segment = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('', '.', '..', 'a', '..a', 'a..', '.a', '...') },
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }).filter((name) => !/[/\0]/.test(name)),
  );

  test('agrees with path.posix.normalize, and demands a directory where the kernel does', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 12 }), (segments) => {
        const input = `/${segments.join('/')}`;
        const model = posix.normalize(input);
        const bare = model.length > 1 && model.endsWith('/') ? model.slice(0, -1) : model;
        const demands = bare !== '/' && /(?:^|\/)\.{0,2}$/.test(input);
        expect(parse(input)).toBe(demands ? `${bare}/` : bare);
      }),
      { numRuns: 2_000 },
    );
  });

  test('no name that begins with a character that some file system ignores is plain', () => {
    const missed: string[] = [];
    for (let point = 0; point <= 0x10ffff; point++) {
      const character = String.fromCodePoint(point);
      if (/\p{Default_Ignorable_Code_Point}/u.test(character) && isPlainPath(`/a/${character}b`)) {
        missed.push(point.toString(16));
      }
    }
    expect(missed).toEqual([]);
    expect(isPlainPath('/a/b\u200b/é/字/😀')).toBe(true);
  });

  test.each(['/ws/f/..namedfork/rsrc', '/ws/f/..NamedFork/data', '/..namedfork'])(
    'refuses %s on macOS, where it is a part of a file',
    (input) => {
      expect(() => parsePathArgument(input, 'readFile', 'darwin')).toThrow(
        expect.objectContaining({ code: 'ERR_PLOKE_INVALID_PATH', message: expect.stringContaining('fork') }),
      );
      expect(parsePathArgument(input, 'readFile', 'linux')).toBe(input);
    },
  );

  test('parsing again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 12 }), (segments) => {
        const once = parse(`/${segments.join('/')}`);
        expect(parse(once)).toBe(once);
      }),
    );
  });

  test.each([
    ['', /empty string/],
    ['a/b', /not absolute: "a\/b"/],
    ['./a', /not absolute/],
    [' /a', /not absolute/],
    ['file:///a', /not absolute/],
    ['~/a', /not absolute/],
    ['/a\0b', /NUL/],
    ['/a\ud800', /lone surrogate/],
    ['/\udc00/b', /lone surrogate/],
  ])('refuses %j', (input, message) => {
    expect(refusal(input)).toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH', operation: 'readFile' });
    expect(refusal(input).message).toMatch(message);
  });

  test('takes a path of the greatest length, counted in bytes, and none that is longer', () => {
    expect(parse(`/${'x'.repeat(maxPathBytes - 1)}`)).toHaveLength(maxPathBytes);
    expect(refusal(`/${'x'.repeat(maxPathBytes)}`).code).toBe('ENAMETOOLONG');
    expect(parse(`/${'ü'.repeat((maxPathBytes - 1) / 2)}`)).toHaveLength(32_768);
    expect(refusal(`/${'ü'.repeat((maxPathBytes + 1) / 2)}`).code).toBe('ENAMETOOLONG');
    expect(parse(`/${'€'.repeat(21_844)}`)).toHaveLength(21_845);
    expect(refusal(`/${'€'.repeat(21_845)}`)).toMatchObject({ code: 'ENAMETOOLONG', details: { byteLength: 65_536 } });
  });

  test('a path of 100,000 characters is refused in a short message', () => {
    const error = refusal(`/${'x'.repeat(100_000)}`);
    expect(error).toMatchObject({ code: 'ENAMETOOLONG', retryable: false });
    expect(error.message.length).toBeLessThan(300);
    expect(error.message).toContain('100001 bytes');
  });
});

describe('values of other types', () => {
  const once = { toString: () => '/a', [Symbol.toPrimitive]: () => '/a' };
  test.each([undefined, null, 42, true, 1n, Symbol('/a'), ['/a'], { href: 'file:///a' }, once, () => '/a'])(
    'refuses %#',
    (input) => {
      expect(refusal(input)).toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH' });
      expect(refusal(input).message).toMatch(/Pass an absolute path as a string, or a file: URL object\.$/);
    },
  );

  test('refuses a String object, whose text may change', () => {
    expect(refusal(new String('/a')).code).toBe('ERR_PLOKE_INVALID_PATH');
  });

  test('refuses a Buffer', () => {
    expect(refusal(Buffer.from('/a')).code).toBe('ERR_PLOKE_INVALID_PATH');
  });

  test('refuses what only looks like a URL, without running its code', () => {
    const forged = Object.create(URL.prototype, { href: { get: () => expect.unreachable() } });
    expect(refusal(forged).code).toBe('ERR_PLOKE_INVALID_PATH');
    expect(refusal(new Proxy(new URL('file:///a'), { get: () => expect.unreachable() })).code).toBe(
      'ERR_PLOKE_INVALID_PATH',
    );
  });

  test('takes the URL itself where a property pretends another', () => {
    const url = new URL('file:///real');
    Object.defineProperty(url, 'pathname', { get: () => '/pretended' });
    Object.defineProperty(url, 'href', { get: () => 'file:///pretended' });
    expect(parse(url)).toBe('/real');
  });
});

describe('file URLs', () => {
  test.each([
    ['file:///a/b', '/a/b'],
    ['file://localhost/a', '/a'],
    ['file:///a%20b', '/a b'],
    ['file:///a/%2e%2e/b', '/b'],
    ['file:///%C3%BC', '/ü'],
    ['file:///a%252fb', '/a%2fb'],
    ['file:///a%3Fb%23c', '/a?b#c'],
    ['file:///a/', '/a/'],
  ])('%s is %j', (href, path) => {
    expect(parse(new URL(href))).toBe(path);
  });

  test.each([
    ['https://example.org/a', /not a file: URL/],
    ['data:,a', /not a file: URL/],
    ['file://server/share', /another host/],
    ['file:///a%2Fb', /encoded "\/"/],
    ['file:///a%2fb', /encoded "\/"/],
    ['file:///a%00b', /NUL/],
    ['file:///%ff', /does not decode to UTF-8/],
    ['file:///%ED%A0%80', /does not decode to UTF-8/],
    ['file:///100%', /does not decode to UTF-8/],
    ['file:///a?b', /query or a fragment/],
    ['file:///a#b', /query or a fragment/],
  ])('refuses %s', (href, message) => {
    expect(refusal(new URL(href))).toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH' });
    expect(refusal(new URL(href)).message).toMatch(message);
  });

  test('takes back every path that url.pathToFileURL makes', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => !/[/\0]/.test(text));
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
        const path = parse(`/${names.join('/')}`);
        expect(parse(pathToFileURL(path))).toBe(path);
      }),
    );
  });
});
