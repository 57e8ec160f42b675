import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Workspace } from '../../src/types.js';
import { projectRoot } from '../support/child.js';
import {
  compiled,
  type DocExample,
  documented,
  fencesIn,
  moduleOf,
  promisedOutput,
  typeErrors,
} from '../support/doc-examples.js';
import { makeTree } from '../support/tree.js';

const { openWorkspace } = (await import(
  pathToFileURL(path.join(projectRoot, 'dist/index.js')).href
)) as typeof import('../../src/index.js');

type Run = (workspace: Workspace, root: string, console: { log(...values: readonly unknown[]): void }) => Promise<void>;

const all = documented();
const examples: DocExample[] = all.flatMap(({ name, blocks }) => blocks.map((code) => ({ name, code })));

// Below package.json, so that the package's own name resolves to what was built.
let folder = '';
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(projectRoot, 'build', 'api-examples-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every method of Workspace and every exported function has an example', () => {
  expect(all.length).toBeGreaterThan(30);
  expect(all.filter(({ blocks }) => blocks.length === 0).map(({ name }) => name)).toEqual([]);
  expect(examples.filter(({ name }) => name.startsWith('Workspace.'))).toHaveLength(fencesIn('src/types.ts'));
});

test('the examples are of the types that they use', () => {
  const files = examples.map((example, index) => {
    const file = path.join(folder, `${index}-${example.name}.mts`);
    writeFileSync(file, moduleOf(example));
    return file;
  });
  expect(typeErrors(files)).toEqual([]);
});

test.each(examples)('the example of $name prints what it says', async (example) => {
  const module = path.join(folder, `${examples.indexOf(example)}-${example.name}.mjs`);
  writeFileSync(module, compiled(moduleOf(example)));
  const { default: run } = (await import(pathToFileURL(module).href)) as { readonly default: Run };

  const root = path.join(folder, `root-${examples.indexOf(example)}`);
  mkdirSync(root);
  makeTree(root, {
    'README.md': '# Project\n',
    'notes.txt': 'one\ntwo\nthree\n',
    'src/index.ts': 'export const answer = 42;\n',
  });
  const workspace = await openWorkspace({ roots: [root], watch: true });
  onTestFinished(() => workspace.close());
  const printed: string[] = [];
  await run(workspace, root, { log: (...values) => printed.push(format(...values)) });
  expect(printed).toEqual(promisedOutput(example));
});
