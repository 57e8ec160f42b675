import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { createResolver, parentOf, type ResolverEntry, resolveEntry } from '../../../src/policy/resolve.js';
import type { ResolvedPath } from '../../../src/policy/resolved-path.js';

const entry = (spelling: string, root: number, prefix = '', configured = spelling): ResolverEntry => ({
  spelling,
  root,
  prefix,
  configured,
});

/** Two roots; one was configured through a link, and one within the first was absorbed by it. */
const resolver = createResolver([
  entry('/ws', 0),
  entry('/other', 1),
  entry('/link', 1, '', '/link'),
  entry('/ws/sub/inner', 0, 'sub/inner'),
  entry('/alias', 0, 'sub/inner'),
  entry('/real', 2, '', '/configured'),
  entry('/configured', 2),
]);
const resolve = (input: unknown): ResolvedPath => resolver(input, 'stat');
const shape = ({ root, relative, path }: ResolvedPath) => ({ root, relative, path });

function refusal(input: unknown, by = resolver): PlokeIoError {
  try {
    by(input, 'stat');
  } catch (error) {
    if (error instanceof PlokeIoError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('resolve', () => {
  test.each([
    ['/ws/a/b', { root: 0, relative: 'a/b', path: '/ws/a/b' }],
    ['/ws', { root: 0, relative: '', path: '/ws' }],
    ['/ws/', { root: 0, relative: '', path: '/ws' }],
    ['/ws/a/..', { root: 0, relative: '', path: '/ws' }],
    ['/ws/a/', { root: 0, relative: 'a/', path: '/ws/a' }],
    ['/ws//a/./b/../c', { root: 0, relative: 'a/c', path: '/ws/a/c' }],
    ['/other/ws/a', { root: 1, relative: 'ws/a', path: '/other/ws/a' }],
    ['/link/a', { root: 1, relative: 'a', path: '/link/a' }],
    ['/real/a', { root: 2, relative: 'a', path: '/configured/a' }],
    ['/real', { root: 2, relative: '', path: '/configured' }],
    ['/real/a/', { root: 2, relative: 'a/', path: '/configured/a' }],
    ['/ws/sub/inner/a', { root: 0, relative: 'sub/inner/a', path: '/ws/sub/inner/a' }],
    ['/ws/sub/inner', { root: 0, relative: 'sub/inner', path: '/ws/sub/inner' }],
    ['/alias/a', { root: 0, relative: 'sub/inner/a', path: '/alias/a' }],
    ['/alias/', { root: 0, relative: 'sub/inner/', path: '/alias' }],
    ['/ws/../other/a', { root: 1, relative: 'a', path: '/other/a' }],
  ])('%s', (input, expected) => {
    expect(shape(resolve(input))).toEqual(expected);
  });

  test.each(['/', '/w', '/wsx', '/wsx/a', '/ws-2/a', '/ws/../a', '/ws/..', '/a/ws', '/WS/a', '/otherwise'])(
    '%s is outside',
    (input) => {
      const error = refusal(input);
      expect(error).toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS', operation: 'stat', retryable: false });
      expect(error.message).toMatch(/^The path lies under none of the roots of this workspace: .*setRoots\(\)\.$/);
    },
  );

  test('a file URL is resolved as its path', () => {
    expect(shape(resolve(new URL('file:///ws/a%20b')))).toEqual({ root: 0, relative: 'a b', path: '/ws/a b' });
  });

  test('a root of / holds everything', () => {
    const all = createResolver([entry('/', 0), entry('/ws', 1)]);
    expect(shape(all('/', 'stat'))).toEqual({ root: 0, relative: '', path: '/' });
    expect(shape(all('/a/b/', 'stat'))).toEqual({ root: 0, relative: 'a/b/', path: '/a/b' });
    expect(shape(all('/ws/a', 'stat'))).toEqual({ root: 1, relative: 'a', path: '/ws/a' });
  });

  test('what lies in a root that was absorbed, or in a link below the first one, goes by the longer spelling', () => {
    const nested = createResolver([entry('/ws', 0), entry('/ws/link', 1), entry('/ws/real', 0, 'other', '/ws/real')]);
    expect(shape(nested('/ws/a', 'stat'))).toEqual({ root: 0, relative: 'a', path: '/ws/a' });
    expect(shape(nested('/ws/link/a', 'stat'))).toEqual({ root: 1, relative: 'a', path: '/ws/link/a' });
    expect(shape(nested('/ws/real/a', 'stat'))).toEqual({ root: 0, relative: 'other/a', path: '/ws/real/a' });
  });

  test('without roots nothing is allowed', () => {
    expect(refusal('/a', createResolver([])).code).toBe('ERR_PLOKE_OUTSIDE_ROOTS');
  });

  test.each([
    '/ws/.ploke-io',
    '/ws/.ploke-io/',
    '/ws/a/../.ploke-io/owner',
    '/alias/.ploke-io/owner',
    '/real/.ploke-io',
    '/ws/.PLOKE-IO/owner',
    '/ws/\u200b.ploke-io/owner',
    '/ws/.plo\u212ae-io',
  ])('%s is reserved', (input) => {
    expect(refusal(input)).toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH' });
    expect(refusal(input).message).toMatch(/^The path belongs to ploke-io itself: .*\. Choose another name/);
  });

  test('what lies in an absorbed root is reserved by its place below the outer root as well', () => {
    const odd = createResolver([entry('/ws', 0), entry('/alias', 0, '.ploke-io')]);
    expect(refusal('/alias/owner', odd).code).toBe('ERR_PLOKE_INVALID_PATH');
  });

  const name = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('', '.', '..', 'a', 'b', 'ab', 'c') },
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }).filter((text) => !/[/\0]/.test(text)),
  );
  const rootPath = fc
    .array(fc.constantFrom('a', 'b', 'ab', 'c'), { minLength: 1, maxLength: 3 })
    .map((names) => `/${names.join('/')}`);

  test('finds the longest root by whole names, as a plain model does, and the parts make up the path again', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(rootPath, { minLength: 1, maxLength: 5 }),
        fc.array(name, { maxLength: 8 }),
        (roots, names) => {
          const input = `/${names.join('/')}`;
          const model = posix.normalize(`${input}/`);
          const holding = roots.filter((root) => model.startsWith(`${root}/`)).sort((a, b) => b.length - a.length)[0];
          const resolveRandom = createResolver(roots.map((root, index) => entry(root, index)));
          if (holding === undefined) {
            expect(refusal(input, resolveRandom).code).toBe('ERR_PLOKE_OUTSIDE_ROOTS');
            return;
          }
          const resolved = resolveRandom(input, 'stat');
          expect(roots[resolved.root]).toBe(holding);
          expect(`${resolved.path}/`).toBe(model);
          expect(resolved.relative.split('/')).not.toContain('..');
          expect(`${holding}/${resolved.relative}`.replace(/\/$/, '')).toBe(resolved.path);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('ResolvedPath', () => {
  test('knows a root, and an argument that demands a directory', () => {
    expect(resolve('/ws/').isRoot).toBe(true);
    expect(resolve('/ws/').wantsDirectory).toBe(false);
    expect(resolve('/ws/a/').wantsDirectory).toBe(true);
    expect(resolve('/ws/a')).toMatchObject({ isRoot: false, wantsDirectory: false });
  });

  test('only policy/resolve.ts makes one', () => {
    const source = fileURLToPath(new URL('../../../src', import.meta.url));
    const makers = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && readFileSync(join(source, file), 'utf8').includes('makeResolvedPath'))
      .sort();
    expect(makers).toEqual([join('policy', 'resolve.ts'), join('policy', 'resolved-path.ts')]);
  });
});

describe('resolveEntry', () => {
  test.each([
    ['/ws', { root: 0, relative: 'f', path: '/ws/f' }],
    ['/ws/a', { root: 0, relative: 'a/f', path: '/ws/a/f' }],
    ['/ws/a/', { root: 0, relative: 'a/f', path: '/ws/a/f' }],
    ['/alias', { root: 0, relative: 'sub/inner/f', path: '/alias/f' }],
    ['/real/a', { root: 2, relative: 'a/f', path: '/configured/a/f' }],
  ])('in %s', (directory, expected) => {
    expect(shape(resolveEntry(resolve(directory), 'f'))).toEqual(expected);
  });

  test.each(['', '.', '..', 'a/b', '/', 'a\0b'])('refuses %j, which is not one name', (bad) => {
    expect(() => resolveEntry(resolve('/ws'), bad)).toThrow(expect.objectContaining({ code: 'ERR_PLOKE_INTERNAL' }));
  });
});

describe('parentOf', () => {
  test.each([
    ['/ws/a', { root: 0, relative: '', path: '/ws' }],
    ['/ws/a/b/', { root: 0, relative: 'a', path: '/ws/a' }],
    ['/real/a/b', { root: 2, relative: 'a', path: '/configured/a' }],
    ['/alias', { root: 0, relative: 'sub', path: '/alias' }],
  ])('of %s', (input, expected) => {
    const parent = parentOf(resolve(input));
    expect(parent && shape(parent)).toEqual(expected);
  });

  test('of a root there is none', () => {
    expect(parentOf(resolve('/ws'))).toBeUndefined();
  });
});
