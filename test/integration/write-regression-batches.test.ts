import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp() {
  const directory = temporaryDirectory();
  const at = (name: string | number) => path.join(directory, String(name));
  const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  onTestFinished(() => workspace.close());
  return { at, workspace };
}

test('what a caller does to his buffers and objects after the call does not reach the files', async () => {
  const { at, workspace } = await setUp();
  const data = Buffer.from('mine');
  const files = Array.from({ length: 2_500 }, (_, index) => ({ path: at(index), data: data as Uint8Array | string }));
  const created = workspace.createFiles(files);
  data.fill('!');
  for (const file of files) Object.assign(file, { path: at('other'), data: 'other' });
  const results = await created;
  expect(results.every(({ status }) => status === 'fulfilled')).toBe(true);
  for (const index of [0, 2_048, 2_499]) expect(readFileSync(at(index), 'utf8')).toBe('mine');
});
