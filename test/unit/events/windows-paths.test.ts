import { expect, test } from 'vitest';
import { coalesce } from '../../../src/events/coalesce.js';
import type { EntryChange } from '../../../src/events/entry-change.js';
import { MissedChanges } from '../../../src/events/missed-changes.js';
import { RootTrees } from '../../../src/events/root-trees.js';
import { tellDifferences } from '../../../src/events/tree-difference.js';
import { DirectoryNode, WatchedTree } from '../../../src/events/watched-tree.js';
import { pathSpelling } from '../../../src/platform/path-spelling.js';
import type { EntryType } from '../../../src/types.js';

const spelling = pathSpelling('win32');

function change(type: 'create' | 'update' | 'remove', path: string, entryType: EntryType = 'file'): EntryChange {
  const about = { root: 'C:\\ws', path, entryType, origin: null, version: '' };
  return type === 'remove' ? { type, ...about } : { type, ...about, stamp: 's' };
}

function treeOf(root: string, ...files: string[]): WatchedTree {
  const tree = new WatchedTree(root, '1:1', [], spelling);
  for (const file of files) {
    let parent = tree.top;
    const names = file.split('/');
    const last = names.pop() ?? '';
    for (const name of names) {
      let child = parent.children.get(name);
      if (!(child instanceof DirectoryNode)) {
        child = new DirectoryNode(tree, parent, name, '');
        parent.children.set(name, child);
      }
      parent = child;
    }
    parent.children.set(last, 'f1.1.2.3.4.5');
  }
  return tree;
}

test.each(['C:\\ws', '\\\\host\\share\\ws'])('changes below %s merge by their directories', (root) => {
  const changes: EntryChange[] = [
    change('create', `${root}\\new`, 'directory'),
    change('create', `${root}\\new\\a`),
    change('update', `${root}\\old\\b`),
    change('remove', `${root}\\new\\a`),
    { ...change('create', `${root}\\moved`), type: 'rename', from: `${root}\\old\\b`, stamp: 's' } as EntryChange,
  ];
  const merged = coalesce(changes, '\\');
  expect(merged.map(({ type, path }) => `${type} ${path}`)).toEqual([
    `create ${root}\\new`,
    `rename ${root}\\moved`,
    `update ${root}\\moved`,
  ]);
  // With the other separator every path would be one name, and nothing of this would be seen.
  expect(
    coalesce(
      [
        change('create', `${root}\\d`, 'directory'),
        change('create', `${root}\\d\\a`),
        change('remove', `${root}\\d`, 'directory'),
      ],
      '\\',
    ),
  ).toEqual([]);
});

test('what was lost below a directory that is gone is told with it', () => {
  const trees = new RootTrees();
  trees.add(treeOf('C:\\ws', 'kept'));
  const missed = new MissedChanges('\\');
  missed.add(change('remove', 'C:\\ws\\d', 'directory') as never);
  missed.add(change('create', 'C:\\ws\\d\\a') as never);
  const told = [...missed.next(trees), ...missed.next(trees)];
  expect(told.map(({ type, path }) => `${type} ${path}`)).toEqual(['remove C:\\ws\\d']);
});

test('the view of all roots finds entries by their public paths', () => {
  const trees = new RootTrees();
  trees.add(treeOf('C:\\ws', 'a/b/f'));
  trees.add(treeOf('D:\\', 'x/y'));
  expect(trees.lookup('C:\\ws\\a\\b\\f')).toMatchObject({ root: 'C:\\ws', path: 'C:\\ws\\a\\b\\f', entryType: 'file' });
  expect([...trees.below('C:\\ws\\a')].map(({ path }) => path)).toEqual(['C:\\ws\\a\\b', 'C:\\ws\\a\\b\\f']);
  expect([...trees.below('D:\\x')].map(({ path }) => path)).toEqual(['D:\\x\\y']);
  expect(trees.rootOf('C:\\ws2\\a')).toBeUndefined();
});

test('a root that takes the place of one above it is compared with what lies there', () => {
  const before = treeOf('C:\\ws', 'a/b/gone', 'a/b/kept');
  const after = treeOf('C:\\ws\\a', 'b/kept', 'b/new');
  const told: string[] = [];
  const isTold = tellDifferences(before, after, {
    tell: ({ type, path }) => told.push(`${type} ${path}`),
    ignores: (_root, relative) => relative.includes('\\'),
    isOwn: () => false,
    adopt: () => undefined,
  });
  expect(isTold).toBe(true);
  expect(told).toEqual(['remove C:\\ws\\a\\b\\gone', 'create C:\\ws\\a\\b\\new']);
});
