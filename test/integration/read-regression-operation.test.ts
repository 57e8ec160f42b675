import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { closedError } from '../../src/errors/make.js';
import { capabilities } from '../../src/operation/capabilities.js';
import { listDirectory } from '../../src/operation/list-directory.js';
import { readFile } from '../../src/operation/read-file.js';
import { scanChanges } from '../../src/operation/scan-changes.js';
import { statPath } from '../../src/operation/stat-path.js';
import { openState } from '../support/open-state.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

test('what the gate refuses names the method that was called', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'x');
  const state = await openState(directory);
  const { hash, stamp } = await readFile(state, file, {}).then((read) => read as Required<NonNullable<typeof read>>);
  state.gate.close();
  const { code } = closedError('');
  const calls: Record<string, () => Promise<unknown>> = {
    stat: () => statPath(state, file),
    capabilities: () => capabilities(state),
    readFile: () => readFile(state, file, {}),
    listDirectory: () => listDirectory(state, directory),
    scanChanges: () => scanChanges(state, [{ path: file, hash, stamp }], { verify: 'stamp' }),
  };
  for (const [operation, call] of Object.entries(calls)) {
    await expect(call(), operation).rejects.toMatchObject({ code, operation });
  }
});
