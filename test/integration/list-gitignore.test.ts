import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import type { ListOptions } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { collect, makeTree } from '../support/tree.js';

async function list(files: Readonly<Record<string, string>>, options: ListOptions & { readonly at?: string } = {}) {
  const directory = temporaryDirectory();
  makeTree(directory, files);
  await using workspace = await openWorkspace({ roots: [directory] });
  const { at, ...listOptions } = options;
  const under = at === undefined ? {} : { under: path.join(directory, at) };
  const listing = workspace.listFiles({ gitignore: true, ...listOptions, ...under });
  const names = (await collect(listing)).map((entry) => path.relative(directory, entry.path));
  return { names: names.filter((name) => !name.endsWith('.gitignore')), warnings: listing.warnings };
}

// Each expectation is what `git ls-files --others --exclude-standard` of git 2.39 says of the same tree.
test.each<[string, Record<string, string>, string[]]>([
  [
    'a name without a slash at any depth, an anchored one at its own level',
    { '.gitignore': 'any\n/top\n', any: '', top: '', 'd/any': '', 'd/top': '' },
    ['d/top'],
  ],
  [
    'a pattern for directories only',
    { '.gitignore': 'build/\n', 'a/build': '', 'build/x': '', 'c/build/x': '' },
    ['a/build'],
  ],
  [
    'the file of a deeper directory decides over the one above it',
    { '.gitignore': '*.log\n', 'd/.gitignore': '!keep.log\n', 'd/keep.log': '', 'd/x.log': '', 'keep.log': '' },
    ['d/keep.log'],
  ],
  [
    'patterns are relative to their own directory',
    { 'd/.gitignore': '/x\ne/y\n', 'd/x': '', 'd/e/x': '', 'd/e/y': '', x: '', 'e/y': '' },
    ['d/e/x', 'e/y', 'x'],
  ],
  [
    'nothing below an excluded directory can be taken back',
    { '.gitignore': 'out/\n!out/keep\n', 'out/keep': '', 'out/.gitignore': '!keep\n', a: '' },
    ['a'],
  ],
  [
    'what an excluded content leaves of its directory can be taken back',
    { '.gitignore': 'out/*\n!out/keep\n', 'out/keep': '', 'out/x': '' },
    ['out/keep'],
  ],
  [
    'comments, escapes, trailing spaces and line ends',
    {
      '.gitignore': '# no\r\n\\#yes\r\n\\!yes\r\nspace\\ \r\ncut  \r\n',
      '#yes': '',
      '!yes': '',
      'space ': '',
      cut: '',
      no: '',
    },
    ['no'],
  ],
  [
    'two stars, question marks and classes',
    {
      '.gitignore': '**/gen/*.c\na/**/z\nfile?\n[ab].h\n',
      'x/gen/a.c': '',
      'a/b/c/z': '',
      'a/z': '',
      file1: '',
      'a.h': '',
      'c.h': '',
    },
    ['c.h'],
  ],
  [
    'a directory taken back by a nearer file is taken back with what is in it',
    { '.gitignore': '[ab]/\n/c/**/\n', 'd/.gitignore': '!a\n', 'd/a/x': '', 'd/a/b/y': '', 'd/b/z': '', 'c/e/f': '' },
    ['d/a/x'],
  ],
  ['case matters', { '.gitignore': 'Readme\n', readme: '', Readme: '' }, ['readme']],
  ['a byte order mark before the first pattern', { '.gitignore': '\uFEFFfirst\n', first: '', second: '' }, ['second']],
])('.gitignore: %s', async (_, files, expected) => {
  expect((await list(files)).names).toEqual(expected);
});

test('without the option .gitignore files are files like others', async () => {
  const { names } = await list({ '.gitignore': '*\n', a: '' }, { gitignore: false });
  expect(names).toEqual(['a']);
});

test('under applies the files of the directories above it, but was itself asked for', async () => {
  const files = {
    '.gitignore': '*.log\nout/\n',
    'out/a.log': '',
    'out/b': '',
    'out/out/c': '',
    'd/.gitignore': 'x\n',
    'd/e/x': '',
  };
  expect((await list(files, { at: 'out' })).names).toEqual(['out/b']);
  expect((await list(files, { at: 'd/e' })).names).toEqual([]);
});

test("the caller's patterns decide over every .gitignore file", async () => {
  const files = {
    '.gitignore': '!node_modules/\nsecret\n',
    'node_modules/m': '',
    secret: '',
    'd/.gitignore': 'a\n',
    'd/a': '',
  };
  expect((await list(files)).names).toEqual([]);
  expect((await list(files, { ignore: ['!secret', '!a'] })).names).toEqual(['d/a', 'node_modules/m', 'secret']);
});

test('a .gitignore that is a link, a directory or too costly does not apply', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, {
    rules: 'a\n',
    'linked/a': '',
    'odd/.gitignore/x': '',
    'odd/a': '',
    'costly/.gitignore': '**/x*/**/x*/**/x*/**/x*/**/y\na\n',
    'costly/a': '',
    'costly/b': '',
  });
  symlinkSync('../rules', path.join(directory, 'linked/.gitignore'));
  await using workspace = await openWorkspace({ roots: [directory] });
  const listing = workspace.listFiles({ gitignore: true });
  const names = (await collect(listing)).map((entry) => path.relative(directory, entry.path));
  expect(names).toEqual(['costly/.gitignore', 'costly/b', 'linked/a', 'odd/.gitignore/x', 'odd/a', 'rules']);
  expect(listing.warnings).toMatchObject([
    { code: 'PLOKE_IGNORE_PATTERN', path: path.join(directory, 'costly/.gitignore') },
  ]);
});
