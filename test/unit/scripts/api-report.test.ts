import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { projectRoot } from '../../support/child.js';

const script = path.join(projectRoot, 'scripts/api-report.mjs');

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'ploke-io-api-'));
  mkdirSync(path.join(root, 'docs'));
  // Within the project, so that the types of Node are found.
  mkdirSync(path.join(root, 'node_modules/@types'), { recursive: true });
  mkdirSync(path.join(root, 'node_modules/@types/node'));
  writeFileSync(path.join(root, 'node_modules/@types/node/index.d.ts'), 'export {};\n');
  const exports = { '.': { types: './index.d.ts' }, './package.json': './package.json' };
  writeFileSync(path.join(root, 'package.json'), JSON.stringify({ type: 'module', exports }));
  writeFileSync(
    path.join(root, 'models.d.ts'),
    'export interface Model {\n  /** Said of it. */\n  readonly a: string;\n}\n',
  );
  writeFileSync(
    path.join(root, 'index.d.ts'),
    "export type { Model } from './models.js';\nexport declare const two: 2;\n",
  );
});
afterEach(() => rmSync(root, { recursive: true }));

const check = () => spawnSync(process.execPath, [script, '--root', root, '--check'], { cwd: root, encoding: 'utf8' });

test('the report has the declarations behind the names, by name, without comments', () => {
  execFileSync(process.execPath, [script, '--root', root], { cwd: root });
  const report = readFileSync(path.join(root, 'docs/api-report.md'), 'utf8');
  expect(report).toContain(
    '## ploke-io\n\n```ts\nexport interface Model {\n    readonly a: string;\n}\n\nexport declare const two: 2;\n```',
  );
  expect(report).toContain('- `ploke-io/package.json`');
  expect(check()).toMatchObject({ status: 0, stderr: '' });
});

test('a change behind a name that stays fails the check, and is shown', () => {
  execFileSync(process.execPath, [script, '--root', root], { cwd: root });
  writeFileSync(path.join(root, 'models.d.ts'), 'export interface Model {\n  readonly a: number;\n}\n');
  const { status, stderr } = check();
  expect(status).toBe(1);
  expect(stderr).toContain('-     readonly a: string;\n+     readonly a: number;');
  expect(stderr).toContain('npm run api');
});
