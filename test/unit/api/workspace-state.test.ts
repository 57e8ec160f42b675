import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { internalError } from '../../../src/errors/make.js';
import { writeFile } from '../../../src/operation/write-files.js';
import { openState } from '../../support/open-state.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

async function setUp() {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'old');
  return { directory, file, state: await openState(directory) };
}

test('after a broken invariant every call is refused with it, and closing still gives everything back', async () => {
  const { directory, file, state } = await setUp();
  await writeFile(state, file, 'new');
  const bug = internalError('writeFile', 'the invariant');
  state.poison(bug);
  state.poison(internalError('readFile', 'a later one'));
  await expect(writeFile(state, file, 'x')).rejects.toBe(bug);
  await expect(state.setRoots([directory], undefined, undefined)).rejects.toBe(bug);
  await state.close(undefined);
  await expect(writeFile(state, file, 'x')).rejects.toMatchObject({ code: 'ERR_PLOKE_CLOSED' });
  expect(readdirSync(directory)).toEqual(['file']);
});

test('what limits were lowered to is among the warnings', async () => {
  const { state } = await setUp();
  expect(state.warnings).toEqual([{ code: 'PLOKE_LIMITS', message: 'a note' }]);
});
