import path from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { collect, makeTree } from '../support/tree.js';

test('patterns whose matching could take for ever do not apply, and are told; real ones with ** apply', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, {
    '.gitignore': '**/x/**/x/**/y\n**/node_modules/**\na/**/b/**\n**/*.log\n',
    'x/x/y': '',
    'deep/node_modules/file': '',
    'a/c/b/file': '',
    'a/c/kept': '',
    'some.log': '',
  });
  await using workspace = await openWorkspace({ roots: [directory], ignore: [] });
  const listing = workspace.listFiles({ gitignore: true });
  const entries = await collect(listing);
  const names = entries.map((entry) => path.relative(directory, entry.path));
  expect(names).toEqual(['.gitignore', 'a/c/kept', 'x/x/y']);
  expect(listing.warnings).toMatchObject(
    [
      {
        code: 'PLOKE_IGNORE_PATTERN',
        path: path.join(directory, '.gitignore'),
        message: /^1 patterns with more than 2/,
      },
    ].map((warning) => ({ ...warning, message: expect.stringMatching(warning.message) })),
  );
});

test('thousands of patterns leave others their turns, and an abort is heard', async () => {
  const directory = temporaryDirectory();
  const files = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`${'x'.repeat(200)}${index}`, '']));
  makeTree(directory, { ...files, '.gitignore': `${'*x'.repeat(60)}y\n`.repeat(1_000) });
  await using workspace = await openWorkspace({ roots: [directory] });
  const controller = new AbortController();
  const listed = collect(workspace.listFiles({ gitignore: true, signal: controller.signal }));
  let turns = 0;
  const count = (): void => {
    if (++turns < 5) setImmediate(count);
    else controller.abort();
  };
  setImmediate(count);
  await expect(listed).rejects.toMatchObject({ code: 'ABORT_ERR', operation: 'listFiles' });
});
