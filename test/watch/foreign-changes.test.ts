import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { watched } from '../support/watched.js';

type At = (name: string) => string;

interface Case {
  readonly name: string;
  readonly prepare?: (at: At) => void;
  readonly act: (at: At) => void;
  readonly told: readonly string[];
  /** What only some backends tell. */
  readonly also?: string;
}

const files =
  (...names: string[]) =>
  (at: At) => {
    for (const name of names) {
      mkdirSync(at(name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '.'), { recursive: true });
      writeFileSync(at(name), `${name}\n`);
    }
  };

/** Each is told once for all: `flushEvents` merges what happened before it. */
const cases: readonly Case[] = [
  { name: 'a file is made', act: (at) => writeFileSync(at('a'), 'a'), told: ['create a'] },
  {
    name: 'a file is changed',
    prepare: files('a'),
    act: (at) => appendFileSync(at('a'), 'more'),
    told: ['update a'],
  },
  { name: 'a file is touched', prepare: files('a'), act: (at) => utimesSync(at('a'), 1, 1), told: ['update a'] },
  { name: 'a mode is changed', prepare: files('a'), act: (at) => chmodSync(at('a'), 0o600), told: ['update a'] },
  { name: 'a file is removed', prepare: files('a'), act: (at) => unlinkSync(at('a')), told: ['remove a'] },
  {
    name: 'a file is renamed',
    prepare: files('a'),
    act: (at) => renameSync(at('a'), at('b')),
    told: ['rename a → b'],
  },
  {
    name: 'a file is renamed into another directory',
    prepare: files('d/a', 'e/x'),
    act: (at) => renameSync(at('d/a'), at('e/b')),
    told: ['rename d/a → e/b'],
  },
  {
    name: 'a file is renamed three times',
    prepare: files('a'),
    act: (at) => {
      renameSync(at('a'), at('b'));
      renameSync(at('b'), at('c'));
      renameSync(at('c'), at('d'));
    },
    told: ['rename a → d'],
  },
  {
    name: 'an editor saves through a temporary file',
    prepare: files('a'),
    act: (at) => {
      writeFileSync(at('.a.swp'), 'new');
      renameSync(at('.a.swp'), at('a'));
    },
    told: ['update a'],
  },
  {
    name: 'a file comes and goes',
    act: (at) => {
      writeFileSync(at('a'), 'a');
      unlinkSync(at('a'));
    },
    told: [],
  },
  {
    name: 'a file goes and comes',
    prepare: files('a'),
    act: (at) => {
      unlinkSync(at('a'));
      writeFileSync(at('a'), 'again');
    },
    told: ['update a'],
  },
  {
    name: 'a tree is made',
    act: files('d/e/f/a', 'd/b'),
    told: ['create d/', 'create d/b', 'create d/e/', 'create d/e/f/', 'create d/e/f/a'],
  },
  {
    name: 'a tree is removed',
    prepare: files('d/e/f/a', 'd/b'),
    act: (at) => rmSync(at('d'), { recursive: true }),
    told: ['remove d/'],
  },
  {
    name: 'a tree is renamed',
    prepare: files('d/e/f/a', 'd/b'),
    act: (at) => renameSync(at('d'), at('g')),
    told: ['rename d/ → g/'],
  },
  {
    name: 'a directory becomes a file',
    prepare: (at) => mkdirSync(at('d')),
    act: (at) => {
      rmdirSync(at('d'));
      writeFileSync(at('d'), 'file');
    },
    told: ['remove d/', 'create d'],
  },
  {
    name: 'a file becomes a directory',
    prepare: files('d'),
    act: (at) => {
      unlinkSync(at('d'));
      files('d/a')(at);
    },
    told: ['remove d', 'create d/', 'create d/a'],
  },
  {
    name: 'a link is made',
    prepare: files('d/a'),
    act: (at) => symlinkSync(at('d'), at('l')),
    told: ['create l'],
  },
  {
    name: 'a second name is given to a file',
    prepare: files('a'),
    act: (at) => linkSync(at('a'), at('b')),
    // The first name is not told of: inotify(7) says nothing of a file whose link count changes.
    told: ['create b'],
    also: 'update a',
  },
  {
    name: 'something happens where nothing is watched',
    prepare: files('node_modules/a', '.git/b'),
    act: (at) => {
      writeFileSync(at('node_modules/a'), 'new');
      writeFileSync(at('.git/c'), 'new');
    },
    told: [],
  },
];

describe.each(['native', 'polling', 'chokidar'] as const)('with the backend %s', (backend) => {
  test.each(cases)('$name', async ({ prepare, act, told, also }) => {
    const { at, ...rest } = await watched({ backend }, {}, prepare);
    act(at);
    expect((await rest.told()).filter((text) => text !== also).toSorted()).toEqual(told.toSorted());
    expect(await rest.told()).toEqual([]);
  });
});
