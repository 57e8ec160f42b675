import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const digits = (digit: string) => digit.repeat(32);
const leftover = (owner: string, random = '1') => `.ploke-io-tmp-${owner}-${digits(random)}-w`;

async function setUp(prepare: (at: (name: string) => string) => void, roots = ['']) {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  prepare(at);
  const workspace = await openWorkspace({ roots: roots.map(at), durability: 'none' });
  onTestFinished(() => workspace.close());
  return { directory, at, workspace };
}

test('what a dead process left in a root is removed when it is opened, and below when it is first written to', async () => {
  const { directory, at, workspace } = await setUp((name) => {
    mkdirSync(name('below'));
    mkdirSync(name('never'));
    for (const folder of ['', 'below', 'never']) writeFileSync(path.join(name(folder), leftover(digits('a'))), 'half');
    mkdirSync(name('.ploke-io'));
    writeFileSync(name(`.ploke-io/owner-${digits('a')}`), '');
  });
  const swept = (name: string) => ({
    code: 'PLOKE_SWEPT',
    message: expect.stringContaining('1 temporary file '),
    path: name,
  });
  expect(readdirSync(directory).sort()).toEqual(['below', 'never']);
  expect(workspace.warnings).toEqual([swept(directory)]);

  await workspace.createFile(at('below/new'), 'x');
  expect(readdirSync(at('below'))).toEqual(['new']);
  expect(workspace.warnings).toEqual([swept(directory), swept(at('below'))]);
  expect(readdirSync(at('never'))).toHaveLength(1);
});

test('temporary files of a living owner, and files that only look alike, stay', async () => {
  const { directory, at, workspace } = await setUp(() => undefined);
  await workspace.createFile(at('file'), 'x');
  const owner =
    readdirSync(at('.ploke-io'))
      .find((name) => name.startsWith('owner-'))
      ?.slice('owner-'.length) ?? '';
  expect(owner).toMatch(/^[0-9a-f]{32}$/);
  const names = [leftover(owner), '.ploke-io-tmp-x', `${leftover(digits('b'))}.txt`, `x${leftover(digits('b'))}`];
  mkdirSync(at('below'));
  for (const name of names) writeFileSync(at(`below/${name}`), 'kept');

  const other = await openWorkspace({ roots: [directory], durability: 'none' });
  onTestFinished(() => other.close());
  await other.createFile(at('below/new'), 'x');
  expect(readdirSync(at('below')).sort()).toEqual([...names, 'new'].sort());
  expect(other.warnings).toEqual([]);
});

test('the owner file is made in the root where the file really lies', async () => {
  const { at, workspace } = await setUp(
    (name) => {
      mkdirSync(name('one'));
      mkdirSync(name('two'));
      writeFileSync(name('two/file'), 'old');
      symlinkSync('../two/file', name('one/link'));
    },
    ['one', 'two'],
  );
  await workspace.setRoots([at('one'), at('two')], { symlinks: 'follow' });
  await workspace.writeFile(at('one/link'), 'new');
  expect(readFileSync(at('two/file'), 'utf8')).toBe('new');
  expect(existsSync(at('two/.ploke-io'))).toBe(true);
  expect(existsSync(at('one/.ploke-io'))).toBe(false);
});

test('where the folder for owner files cannot be made, writes go on and say so', async () => {
  const { directory, at, workspace } = await setUp((name) => writeFileSync(name('.ploke-io'), 'mine'));
  const result = await workspace.createFile(at('file'), 'x');
  expect(result.warnings).toEqual([
    { code: 'PLOKE_NO_OWNER_FILE', message: expect.stringMatching(/^ENOTDIR: /), path: directory },
  ]);
  await workspace.close();
  expect(readFileSync(at('.ploke-io'), 'utf8')).toBe('mine');
});

test('nothing is made in a root before the first write', async () => {
  const { directory, at, workspace } = await setUp((name) => writeFileSync(name('file'), 'x'));
  await workspace.readFile(at('file'));
  await workspace.writeSnippets([{ path: at('file'), find: 'x', replacement: 'y' }], { dryRun: true });
  await workspace.updateFile(at('file'), () => undefined);
  await expect(workspace.createFile(at('file'), '')).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readdirSync(directory)).toEqual(['file']);
});
