import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { finished, startChild } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

test('close drains what runs, refuses what comes later, and can be called again', async () => {
  const directory = temporaryDirectory();
  for (let index = 0; index < 400; index += 1)
    writeFileSync(path.join(directory, `file${index}`), `content ${index}\n`);
  const workspace = await openWorkspace({ roots: [directory] });
  const paths = Array.from({ length: 400 }, (_, index) => path.join(directory, `file${index}`));
  const reads = workspace.readFiles(paths.map((file) => ({ path: file })));
  const writes = paths.slice(0, 20).map((file) => workspace.writeFile(file, 'written while closing'));
  const closed = workspace.close();
  const late = workspace.readFile(paths[0] ?? '').catch((error: unknown) => error);
  expect((await reads).every((result) => result.status === 'fulfilled')).toBe(true);
  await Promise.all(writes);
  await closed;
  await workspace.close();
  expect(await late).toMatchObject({ code: 'ERR_PLOKE_CLOSED', retryable: false });
  await expect(workspace.createFile(path.join(directory, 'late'), '')).rejects.toMatchObject({
    code: 'ERR_PLOKE_CLOSED',
  });
  expect(() => workspace.createReadStream(paths[0] ?? '')).toThrow(
    expect.objectContaining({ code: 'ERR_PLOKE_CLOSED' }),
  );
  for (const file of paths.slice(0, 20)) expect(readFileSync(file, 'utf8')).toBe('written while closing');
  expect(readdirSync(directory)).toHaveLength(400);
});

test('a process whose workspace is closed, or never closed, is able to exit', async () => {
  const directory = temporaryDirectory();
  for (const mode of ['closed', 'forgotten', 'exit']) {
    const result = await finished(startChild('test/integration/close-child.mjs', [directory, mode]));
    expect(result).toMatchObject({ code: 0, signal: null, stderr: '', stdout: `${mode}\n` });
  }
});
