import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { addonFiles, prebuildName, thisHost } from '../../../src/native/addon-files.js';
import { addonMembers } from '../../../src/native/addon-members.js';
import { acceptAddon, loadAddon, loadAddonFrom } from '../../../src/native/load.js';

const built = fileURLToPath(new URL('../../../build/Release/ploke_io.node', import.meta.url));
const prebuild = prebuildName(thisHost()) ?? '';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ploke-io-load-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function refusal(load: () => unknown = () => loadAddonFrom(directory)): PlokeIoError {
  try {
    load();
  } catch (error) {
    if (error instanceof PlokeIoError) return error;
    throw error;
  }
  throw new Error('it was loaded');
}

function place(name: string, content: string | Buffer): void {
  mkdirSync(dirname(join(directory, name)), { recursive: true });
  writeFileSync(join(directory, name), content);
}

test('the addon exports what is declared, and nothing else', () => {
  expect(Object.keys(loadAddon()).toSorted()).toEqual(addonMembers.toSorted());
});

test('loads the addon of this package, once a thread', () => {
  expect(loadAddon()).toBe(loadAddon());
  expect(loadAddon().syscallNames()).toContain('openat');
});

test('loads what the package brought, where nothing was compiled', () => {
  mkdirSync(dirname(join(directory, prebuild)), { recursive: true });
  cpSync(built, join(directory, prebuild));
  expect(loadAddonFrom(directory).syscallNames()).toContain('openat');
});

describe('without a file that fits', () => {
  test('names the platform, each place and what to do', () => {
    const error = refusal();
    const { platform, arch, libc } = thisHost();
    expect(error).toMatchObject({ code: 'ERR_PLOKE_NATIVE_MISSING', severity: 'fatal' });
    expect(error.details).toEqual({
      platform,
      arch,
      ...(libc !== undefined && { libc }),
      node: process.versions.node,
      reason: 'absent',
      tried: ['build/Release/ploke_io.node', 'build/Debug/ploke_io.node', prebuild].map((name) =>
        join(directory, name),
      ),
      remedy: expect.stringContaining('npm rebuild ploke-io'),
    });
    expect(error.message).toContain(`${platform}-${arch} with ${libc} at ${join(directory, 'build')}`);
    expect(error.message).toContain(`The package brings ${prebuild}, which is missing here`);
    expect(error.message).toContain('C++17 compiler');
    expect(error.message).toContain('--ignore-scripts');
  });

  test('a binary for another C library is none', () => {
    place('prebuilds/linux-x64/ploke-io.none.node', '');
    expect(refusal().details).toMatchObject({ reason: 'absent' });
    const musl = { platform: 'linux', arch: 'x64', libc: 'musl' } as const;
    expect(prebuildName(musl)).toBe(join('prebuilds', 'linux-x64', 'ploke-io.musl.node'));
  });

  test('a platform for which none is published has no place for one', () => {
    const freebsd = { platform: 'freebsd', arch: 'x64', libc: undefined };
    expect(addonFiles(directory, freebsd)).toHaveLength(2);
    expect(prebuildName(freebsd)).toBeUndefined();
  });
});

describe('with a file that does not serve', () => {
  test('what the system cannot load is told with its reason', () => {
    place('build/Release/ploke_io.node', 'not an ELF file');
    const error = refusal();
    expect(error).toMatchObject({
      code: 'ERR_PLOKE_NATIVE_MISSING',
      cause: { code: 'ERR_DLOPEN_FAILED' },
      details: { reason: 'unloadable' },
    });
    expect(error.message).toContain(join(directory, 'build/Release/ploke_io.node'));
  });

  test('a file for another processor is told by its header', () => {
    const foreign = readFileSync(built);
    foreign.writeUInt16LE(thisHost().arch === 'arm64' ? 62 : 183, 18);
    place(prebuild, foreign);
    const error = refusal();
    expect(error).toMatchObject({ cause: { code: 'ERR_DLOPEN_FAILED' }, details: { reason: 'wrong-platform' } });
    expect(error.message).toMatch(/is for linux-(arm64|x64), and this is linux-/);
  });

  test('a file for another system is told by its header', () => {
    const windows = Buffer.alloc(512);
    windows.write('MZ');
    windows.writeUInt32LE(0x80, 0x3c);
    windows.write('PE\0\0', 0x80);
    windows.writeUInt16LE(0xaa64, 0x84);
    place(prebuild, windows);
    expect(refusal().message).toContain('is for win32-arm64');
  });

  test('an addon that lacks functions of this version is stale', () => {
    // Another addon that loads: a package of a test would have to be compiled, while a module in JavaScript has the same way in.
    const error = refusal(() => acceptAddon({ syscallNames: () => [] }));
    expect(error).toMatchObject({ details: { reason: 'stale' } });
    expect(error.message).toContain('it lacks addKnownPaths');
  });
});

test('takes an addon that the program has loaded itself', () => {
  const addon = loadAddonFrom(dirname(dirname(dirname(built))));
  acceptAddon(addon);
  expect(loadAddon()).toBe(addon);
  expect(refusal(() => acceptAddon(undefined)).details).toMatchObject({ reason: 'stale' });
});
