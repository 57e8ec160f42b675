import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { loadAddon, loadAddonFrom } from '../../../src/native/load.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ploke-io-load-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function refusal(): PlokeIoError {
  try {
    loadAddonFrom(directory);
  } catch (error) {
    if (error instanceof PlokeIoError) return error;
    throw error;
  }
  throw new Error('it was loaded');
}

test('loads the addon of this package, once a thread', () => {
  expect(loadAddon()).toBe(loadAddon());
  expect(loadAddon().syscallNames()).toContain('openat');
});

test('without a build it says for which platform there is none, and how to make one', () => {
  const error = refusal();
  expect(error).toMatchObject({
    code: 'ERR_PLOKE_NATIVE_MISSING',
    severity: 'fatal',
    cause: expect.objectContaining({ message: expect.stringContaining('No native build was found') }),
  });
  expect(error.message).toContain(`${process.platform}-${process.arch}`);
  expect(error.message).toContain('npm rebuild ploke-io');
});

test('a build that the system cannot load is missing too', () => {
  mkdirSync(join(directory, 'build/Release'), { recursive: true });
  writeFileSync(join(directory, 'build/Release/ploke_io.node'), 'not an ELF file');
  expect(refusal()).toMatchObject({ code: 'ERR_PLOKE_NATIVE_MISSING', cause: { code: 'ERR_DLOPEN_FAILED' } });
});
