import { expect, test } from 'vitest';
import type { NativeRoot } from '../../../src/native/batch.js';
import { arrangeRoots, type OpenedRoot } from '../../../src/policy/root-layout.js';

/** Handles are opaque to the layout. */
const root = (path: string, canonicalPath = path, identity = canonicalPath): OpenedRoot => ({
  path,
  canonicalPath,
  identity,
  root: Symbol(path) as unknown as NativeRoot,
});

function arranged(...opened: OpenedRoot[]) {
  const { roots, entries } = arrangeRoots(opened);
  return {
    roots: roots.map(({ path }) => path),
    entries: entries.map(
      ({ spelling, root, prefix, configured }) => `${spelling} = ${root}:${prefix} as ${configured}`,
    ),
  };
}

test('roots beside each other stay apart', () => {
  expect(arranged(root('/a'), root('/b'), root('/ab'))).toEqual({
    roots: ['/a', '/b', '/ab'],
    entries: ['/a = 0: as /a', '/b = 1: as /b', '/ab = 2: as /ab'],
  });
});

test('a root is reached by its configured and by its canonical path', () => {
  expect(arranged(root('/link', '/real'))).toEqual({
    roots: ['/link'],
    entries: ['/link = 0: as /link', '/real = 0: as /link'],
  });
});

test('a root beneath another is absorbed, in either order', () => {
  expect(arranged(root('/ws'), root('/ws/sub/inner'))).toEqual({
    roots: ['/ws'],
    entries: ['/ws = 0: as /ws', '/ws/sub/inner = 0:sub/inner as /ws/sub/inner'],
  });
  expect(arranged(root('/ws/sub/inner'), root('/ws'))).toEqual({
    roots: ['/ws'],
    entries: ['/ws/sub/inner = 0:sub/inner as /ws/sub/inner', '/ws = 0: as /ws'],
  });
});

test('a chain of three is absorbed by the outermost', () => {
  expect(arranged(root('/a/b'), root('/a/b/c'), root('/a'))).toMatchObject({
    roots: ['/a'],
    entries: ['/a/b = 0:b as /a/b', '/a/b/c = 0:b/c as /a/b/c', '/a = 0: as /a'],
  });
});

test('a root configured through a link is absorbed by where it really lies', () => {
  expect(arranged(root('/link', '/ws/sub'), root('/ws'))).toEqual({
    roots: ['/ws'],
    entries: ['/link = 0:sub as /link', '/ws = 0: as /ws', '/ws/sub = 0:sub as /link'],
  });
});

test('the same directory twice is one root, the first one', () => {
  expect(arranged(root('/b', '/real', 'i'), root('/c', '/real', 'i'))).toEqual({
    roots: ['/b'],
    entries: ['/b = 0: as /b', '/c = 0: as /c', '/real = 0: as /b'],
  });
});

test('a bind mount of a root is a root of its own, because it may be read-only', () => {
  expect(arranged(root('/a', '/a', 'i'), root('/b', '/b', 'i')).roots).toEqual(['/a', '/b']);
});

test('another directory under the same canonical path is a root of its own', () => {
  expect(arranged(root('/old', '/real', 'one'), root('/real', '/real', 'two'))).toEqual({
    roots: ['/old', '/real'],
    entries: ['/old = 0: as /old', '/real = 1: as /real'],
  });
});

test('what was configured goes before what is canonical', () => {
  expect(arranged(root('/link', '/ws'), root('/ws', '/elsewhere'))).toEqual({
    roots: ['/link', '/ws'],
    entries: ['/link = 0: as /link', '/ws = 1: as /ws', '/elsewhere = 1: as /ws'],
  });
});

test('the root / absorbs all others', () => {
  expect(arranged(root('/a/b'), root('/'))).toEqual({
    roots: ['/'],
    entries: ['/a/b = 0:a/b as /a/b', '/ = 0: as /'],
  });
});
