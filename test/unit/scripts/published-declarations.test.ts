import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declarationProblems } from '../../../scripts/published-declarations.mjs';

let root = '';
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'ploke-io-declarations-'));
  mkdirSync(path.join(root, 'dist/inner'), { recursive: true });
  writeFileSync(
    path.join(root, 'dist/index.d.ts'),
    `import type { Readable } from 'node:stream';\nexport type { A } from './inner/a.js';\nexport declare const b: import('./inner/b.js').B;\n`,
  );
  writeFileSync(path.join(root, 'dist/inner/a.d.ts'), `import type { C } from '../c.js';\nexport type A = C;\n`);
  writeFileSync(path.join(root, 'dist/inner/b.d.ts'), `import '../index.js';\nexport interface B {}\n`);
  writeFileSync(path.join(root, 'dist/c.d.ts'), 'export type C = 1;\n');
});
afterAll(() => rmSync(root, { recursive: true }));

const exported = {
  '.': { types: './dist/index.d.ts', default: './dist/index.js' },
  './package.json': './package.json',
};
const needed = ['dist/index.d.ts', 'dist/inner/a.d.ts', 'dist/inner/b.d.ts', 'dist/c.d.ts'];

test('the declarations that an entry leads to are enough', () => {
  expect(declarationProblems(root, exported, ['dist/index.js', ...needed])).toEqual([]);
});

test.each(needed)('tells that %s is not published', (missing) => {
  const published = needed.filter((name) => name !== missing);
  expect(declarationProblems(root, exported, published)).toEqual([`${missing} is needed and not published`]);
});

test('tells of a declaration that no entry leads to', () => {
  expect(declarationProblems(root, exported, [...needed, 'dist/inner/other.d.ts'])).toEqual([
    'dist/inner/other.d.ts is published, and nothing needs it',
  ]);
});
