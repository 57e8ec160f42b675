import { readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
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
