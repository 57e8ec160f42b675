import { describe, expect, test } from 'vitest';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { hashContent } from '../../../src/io/content-hash.js';
import { KnownFileSet, packKnownFiles } from '../../../src/io/known-files.js';
import type { KnownFile } from '../../../src/types.js';

const hash = hashContent('a');
const files: readonly KnownFile[] = [
  { path: '/ws/a', hash },
  { path: '/ws/b', hash: hashContent('b'), id: 'two', stamp: 'stamp' },
  { path: new URL('file:///ws/c'), hash, stamp: null },
];

function refusal(known: unknown): PlokeIoError {
  try {
    packKnownFiles(known as readonly KnownFile[]);
  } catch (error) {
    if (error instanceof PlokeIoError && error.code === 'ERR_PLOKE_INVALID_ARGUMENT') return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('packKnownFiles', () => {
  test('iterates as what went in, as often as one likes', () => {
    const set = packKnownFiles(files);
    expect(set.size).toBe(3);
    expect([...set]).toEqual(files);
    expect([...set]).toEqual(files);
  });

  test('has no member that was not there', () => {
    expect([...packKnownFiles(files)].map((file) => Object.keys(file))).toEqual([
      ['path', 'hash'],
      ['path', 'hash', 'id', 'stamp'],
      ['path', 'hash', 'stamp'],
    ]);
  });

  test('takes any iterable, results fed back, and a set as it is', () => {
    function* generate(): Generator<KnownFile & { readonly text: string }> {
      for (const file of files) yield { ...file, text: 'not kept' };
    }
    expect([...packKnownFiles(generate())]).toEqual(files);
    const set = packKnownFiles(new Set(files));
    expect(packKnownFiles(set)).toBe(set);
    expect(packKnownFiles([]).size).toBe(0);
  });

  test('is immutable: neither the source nor the set can change it', () => {
    const source: { path: string | URL; hash: typeof hash }[] = [{ path: new URL('file:///ws/c'), hash }];
    const set = packKnownFiles(source);
    (source[0]?.path as URL).pathname = '/elsewhere';
    source.push({ path: '/ws/d', hash });
    expect([...set].map(({ path }) => String(path))).toEqual(['file:///ws/c']);
    for (const { path } of set) (path as URL).pathname = '/elsewhere';
    expect([...set].map(({ path }) => String(path))).toEqual(['file:///ws/c']);
    expect(() => Object.assign(set, { size: 0 })).toThrow(TypeError);
  });

  test('takes back what JSON made of a set, with URLs as paths', () => {
    const set = packKnownFiles([...files, { path: new URL('https://example.org/x'), hash }]);
    const again = packKnownFiles(JSON.parse(JSON.stringify(set)));
    expect([...again].map(({ path }) => path)).toEqual(['/ws/a', '/ws/b', '/ws/c', 'https://example.org/x']);
    expect([...again].slice(0, 2)).toEqual(files.slice(0, 2));
    expect(Object.keys(set)).toEqual([]);
  });

  test('its files can be cloned as an array', () => {
    const set = packKnownFiles(files.slice(0, 2));
    expect([...packKnownFiles(structuredClone([...set]))]).toEqual(files.slice(0, 2));
  });

  test('reads each member once', () => {
    let reads = 0;
    const shifty = {
      get path(): string {
        return `/ws/${reads++}`;
      },
      hash,
    };
    expect([...packKnownFiles([shifty])]).toEqual([{ path: '/ws/0', hash }]);
    expect(reads).toBe(1);
  });

  test.each<[unknown, RegExp]>([
    [undefined, /^known is undefined\. Pass an array/],
    [null, /^known is null/],
    ['abc', /^known is "abc"/],
    [{}, /^known is an object/],
    [42, /^known is 42/],
    [[undefined], /^known\[0\] is undefined\. Pass a file/],
    [['/ws/a'], /^known\[0\] is "\/ws\/a"/],
    [[{ path: '/ws/a', hash }, { hash }], /^known\[1\]\.path is undefined\. Pass an absolute path or a file: URL/],
    [[{ path: new String('/a'), hash }], /^known\[0\]\.path is an object/],
    [[{ path: Object.create(URL.prototype), hash }], /^known\[0\]\.path is an object/],
    [[{ path: '/ws/a', hash: 'abc' }], /^known\[0\]\.hash is "abc"/],
    [[{ path: '/ws/a', hash, id: 5 }], /^known\[0\]\.id is 5/],
    [[{ path: '/ws/a', hash, stamp: 5 }], /^known\[0\]\.stamp is 5/],
    [[{ path: '/ws/a', hash, stamp: 'a\0b' }], /^known\[0\]\.stamp is /],
  ])('refuses %#', (known, message) => {
    expect(refusal(known).message).toMatch(message);
  });

  test('an iterator or a getter that throws is a bad argument, and what it threw is the cause', () => {
    const cause = new Error('mine');
    const bad = (): never => {
      throw cause;
    };
    expect(refusal({ [Symbol.iterator]: bad })).toMatchObject({ cause });
    expect(refusal({ [Symbol.iterator]: () => ({ next: bad }) })).toMatchObject({ cause });
    expect(refusal([Object.defineProperty({ hash }, 'path', { get: bad })])).toMatchObject({ cause });
  });
});

describe('KnownFileSet', () => {
  test('made of columns it iterates as files', () => {
    const set = new KnownFileSet({ paths: ['/ws/a'], hashes: [hash], ids: ['one'], stamps: [undefined] });
    expect([...set]).toEqual([{ path: '/ws/a', hash, id: 'one' }]);
    expect([set.at(0)?.path, set.at(1), set.at(-1)]).toEqual(['/ws/a', undefined, undefined]);
  });
});
