import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { projectRoot, runShell } from '../support/child.js';

/** The fenced block that follows a marker comment. */
function block(text: string, marker: string): string {
  const found = new RegExp(`<!-- ${marker} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(text);
  if (found?.[1] === undefined) throw new Error(`there is no block ${marker}`);
  return found[1];
}

test.each([
  ['README.md', 'first'],
  ['docs/guide.md', 'shared'],
  ['docs/guide.md', 'watch'],
] as const)('%s: the example %s runs and prints what is written there', async (file, name) => {
  const text = readFileSync(path.join(projectRoot, file), 'utf8');
  // Beside package.json, so that the package's own name resolves to it.
  const script = path.join(projectRoot, 'readme-example.mjs');
  onTestFinished(() => rmSync(script, { force: true }));
  writeFileSync(script, block(text, `example: ${name}`));
  // The example works in the temporary directory, which may be memory; the checkout is on a disk.
  const temporary = mkdtempSync(path.join(projectRoot, 'build', 'readme-'));
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
  const result = await runShell(`exec "${process.execPath}" "${script}"`, { TMPDIR: temporary });
  expect(result.stderr).toBe('');
  expect(result.stdout).toBe(block(text, `output: ${name}`));
});

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/guide.md',
  'docs/architecture.md',
  'docs/guarantees.md',
];

test.each(documents)('every link of %s leads to a file that is there', (document) => {
  const text = readFileSync(path.join(projectRoot, document), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
  const missing = links.filter((target) => !existsSync(path.join(projectRoot, path.dirname(document), target)));
  expect(missing).toEqual([]);
});

test('the guide names every option of openWorkspace, and no other', () => {
  const types = readFileSync(path.join(projectRoot, 'src/types.ts'), 'utf8');
  const declared = /export interface WorkspaceOptions \{([\s\S]*?)\n\}/.exec(types)?.[1] ?? '';
  const names = [...declared.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
  const guide = readFileSync(path.join(projectRoot, 'docs/guide.md'), 'utf8');
  const table = guide.slice(guide.indexOf('## Options of'), guide.indexOf('An option that is unknown'));
  const rows = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(rows.toSorted()).toEqual(names.toSorted());
});

test('the figures of the README are those of docs/performance.md', () => {
  const readme = readFileSync(path.join(projectRoot, 'README.md'), 'utf8');
  const measured = readFileSync(path.join(projectRoot, 'docs/performance.md'), 'utf8');
  const figures = [...readme.matchAll(/\b\d+\.\d\d(?= ×)/g), ...readme.matchAll(/\b0\.\d\d(?= of our| for one)/g)].map(
    String,
  );
  expect(figures.length).toBeGreaterThan(8);
  expect(figures.filter((figure) => !measured.includes(` ${figure} |`))).toEqual([]);
});
