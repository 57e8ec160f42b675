import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../support/child.js';

const documents = [...filesOf('docs/decisions/', '.md'), 'docs/guarantees.md', 'SECURITY.md'];

function filesOf(directory: string, suffix: string): string[] {
  return readdirSync(path.join(projectRoot, directory))
    .filter((name) => name.endsWith(suffix))
    .map((name) => directory + name);
}

/** A cited path is a file, a directory, or has stars in its last name. */
function exists(cited: string): boolean {
  if (!cited.includes('*')) return existsSync(path.join(projectRoot, cited));
  const [before = '', after = ''] = path.posix.basename(cited).split('*');
  return filesOf(`${path.posix.dirname(cited)}/`, after).some((file) => path.posix.basename(file).startsWith(before));
}

test.each(documents)('%s cites tests that are there', (document) => {
  const cited = readFileSync(path.join(projectRoot, document), 'utf8').match(/(?<![\w/])test\/[\w./*-]*[\w/]/g) ?? [];
  expect(cited.filter((name) => !exists(name))).toEqual([]);
});
