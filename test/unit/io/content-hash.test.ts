import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashContent, isContentHash, parseContentHash } from '../../../src/io/content-hash.js';

describe('hashContent', () => {
  // FIPS 180-4, and NIST's example of "abc".
  test.each([
    ['', 'sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'sha256-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('of %j', (text, hash) => {
    expect(hashContent(text)).toBe(hash);
    expect(hashContent(Buffer.from(text))).toBe(hash);
  });

  test('is that of the raw bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(hashContent(bytes)).toBe(`sha256-${createHash('sha256').update(bytes).digest('hex')}`);
      }),
    );
  });

  test('of text is that of its UTF-8, byte order mark included', () => {
    expect(hashContent('\ufeffü')).toBe(hashContent(new Uint8Array([0xef, 0xbb, 0xbf, 0xc3, 0xbc])));
  });

  test('of a view is that of its part of the memory', () => {
    expect(hashContent(new Uint8Array([0, 97, 98, 0]).subarray(1, 3))).toBe(hashContent('ab'));
  });

  test.each([undefined, null, 1, ['a'], '\ud800', new ArrayBuffer(1), new Uint8Array(new SharedArrayBuffer(1))])(
    'refuses %#',
    (data) => {
      expect(() => hashContent(data as string)).toThrow(
        expect.objectContaining({ code: 'ERR_PLOKE_INVALID_ARGUMENT', operation: 'hashContent' }),
      );
    },
  );
});

describe('parseContentHash', () => {
  const hash = hashContent('a');

  test('gives a hash back', () => {
    expect(parseContentHash(hash)).toBe(hash);
    expect(isContentHash(hash)).toBe(true);
  });

  test.each<unknown>([
    undefined,
    null,
    42,
    '',
    'sha256-',
    hash.slice(7),
    hash.slice(0, -1),
    `${hash}0`,
    `${hash}\n`,
    ` ${hash}`,
    hash.toUpperCase(),
    hash.replace(/[0-9a-f]$/, 'g'),
    hash.replace('sha256', 'sha512'),
    [hash],
    new String(hash),
    'x'.repeat(100_000),
  ])('refuses %#', (value) => {
    expect(isContentHash(value)).toBe(false);
    expect(() => parseContentHash(value as string)).toThrow(
      expect.objectContaining({ code: 'ERR_PLOKE_INVALID_ARGUMENT', operation: 'parseContentHash' }),
    );
  });
});
