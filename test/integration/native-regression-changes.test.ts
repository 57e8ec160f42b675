import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

test('what belongs to ploke-io is refused through a link as well', async () => {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  symlinkSync('.', at('self'));
  await using workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  await workspace.createFile(at('self/file'), 'x');
  const own = readdirSync(at('.ploke-io')).sort();
  expect(own).toHaveLength(2);
  const owner = own.find((name) => name.startsWith('owner-')) ?? '';
  const refused = { code: 'ERR_PLOKE_INVALID_PATH' };
  const stranger = `owner-${'a'.repeat(32)}`;
  const temporary = `.ploke-io-tmp-${'a'.repeat(32)}-${'b'.repeat(32)}-w`;
  await expect(workspace.createFile(at(`self/.ploke-io/${stranger}`), '')).rejects.toMatchObject(refused);
  await expect(workspace.createFile(at(`self/${temporary}`), '')).rejects.toMatchObject(refused);
  await expect(workspace.removeFile(at(`self/.ploke-io/${owner}`))).rejects.toMatchObject(refused);
  await expect(workspace.rename(at('file'), at('self/.ploke-io/file'))).rejects.toMatchObject(refused);
  await expect(workspace.rename(at('self/.ploke-io'), at('moved'))).rejects.toMatchObject(refused);
  await expect(workspace.createDirectory(at('self/.ploke-io/made'))).rejects.toMatchObject(refused);
  await expect(workspace.createDirectory(at('self/.ploke-io/made/deep'), { parents: true })).rejects.toMatchObject(
    refused,
  );
  await expect(workspace.createFile(at('self/.ploke-io/made/f'), '', { parents: true })).rejects.toMatchObject(refused);
  await expect(workspace.removeDirectory(at('self/.ploke-io'), { recursive: true })).rejects.toMatchObject(refused);
  expect(readdirSync(at('.ploke-io')).sort()).toEqual(own);
  expect(readdirSync(directory).sort()).toEqual(['.ploke-io', 'file', 'self']);
});

function removeTree(folder: string): void {
  try {
    rmSync(folder, { recursive: true });
  } catch (error) {
    // A file came in between.
    expect(error).toMatchObject({ code: 'ENOTEMPTY' });
  }
}

test('directories that are removed while files are made in them are no bug', async () => {
  // tmpfs makes files without a name in a directory that is removed, and gives them none.
  const directory = temporaryDirectory(existsSync('/dev/shm') ? '/dev/shm' : undefined);
  await using workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  const content = 'x'.repeat(300_000);
  for (let round = 0; round < 60; round++) {
    const folders = Array.from({ length: 6 }, (_, index) => path.join(directory, `${round}-${index}`));
    for (const folder of folders) mkdirSync(folder);
    const calls = folders.flatMap((folder) =>
      ['a', 'b'].map((name) => workspace.createFile(path.join(folder, name), content)),
    );
    await setImmediate();
    for (const folder of folders) while (existsSync(folder)) removeTree(folder);
    for (const outcome of await Promise.allSettled(calls)) {
      // ERR_PLOKE_BUSY: the removal took a temporary file.
      if (outcome.status === 'rejected') expect(['ENOENT', 'ERR_PLOKE_BUSY']).toContain(outcome.reason.code);
    }
  }
});
