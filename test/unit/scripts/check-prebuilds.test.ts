import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeBinary } from '../../../scripts/binary/describe.mjs';
import { maximumPackageBytes, problemsOf } from '../../../scripts/prebuild/rules.mjs';
import { prebuildFile, targets, targetsNamed } from '../../../scripts/prebuild/targets.mjs';
import { projectRoot } from '../../support/child.js';

const here = process.arch === 'arm64' ? 'linux-arm64-glibc' : 'linux-x64-glibc';

function target(name: string): (typeof targets)[number] {
  const [found] = targetsNamed([name]);
  if (found === undefined) throw new Error(`no target ${name}`);
  return found;
}

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ploke-io-prebuilds-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const entries =
  'int napi_register_module_v1(void) { return 0; }\nint node_api_module_get_api_version_v1(void) { return 8; }\n';

/** A real shared library of this machine's compiler. */
function compiled(source: string, ...flags: string[]): Buffer {
  const file = path.join(directory, 'library.c');
  writeFileSync(file, source);
  const output = path.join(directory, 'library.node');
  execFileSync('cc', ['-shared', '-fPIC', '-s', '-o', output, file, ...flags]);
  return readFileSync(output);
}

/** The smallest file for Windows that has a header: no sections, so neither exports nor imports. */
function windowsFile(machine: number): Buffer {
  const file = Buffer.alloc(512);
  file.write('MZ');
  file.writeUInt32LE(0x80, 0x3c);
  file.write('PE\0\0', 0x80);
  file.writeUInt16LE(machine, 0x84);
  file.writeUInt16LE(0xf0, 0x94);
  file.writeUInt16LE(0x20b, 0x98);
  return file;
}

/** A file for macOS with commands alone. */
function macFile(processor: number, ...commands: Buffer[]): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt32LE(0xfeedfacf, 0);
  header.writeUInt32LE(processor, 4);
  header.writeUInt32LE(commands.length, 16);
  return Buffer.concat([header, ...commands]);
}

function command(kind: number, fields: readonly number[], text = ''): Buffer {
  const bytes = Buffer.alloc(8 + fields.length * 4 + text.length + 1);
  [kind, bytes.length, ...fields].forEach((value, index) => {
    bytes.writeUInt32LE(value, index * 4);
  });
  bytes.write(text, 8 + fields.length * 4);
  return bytes;
}

describe('a binary for Linux', () => {
  test('is accepted when it exports the two names and needs an old C library only', () => {
    expect(problemsOf(target(here), compiled(entries), ['/nowhere/'])).toEqual([]);
  });

  test('is refused under the name of another system, or of another processor', () => {
    const file = compiled(entries);
    expect(problemsOf(target('win32-x64'), file, [])).toEqual([
      expect.stringMatching(/^is a file of ELF for .*, not of PE$/),
    ]);
    const other = here === 'linux-x64-glibc' ? 'linux-arm64-glibc' : 'linux-x64-glibc';
    expect(problemsOf(target(other), file, [])).toEqual([`is for ${process.arch}, not for ${target(other).arch}`]);
  });

  test('is refused with a third export', () => {
    const file = compiled(`${entries}int third(void) { return 3; }\n`);
    expect(problemsOf(target(here), file, [])).toEqual([
      'exports napi_register_module_v1, node_api_module_get_api_version_v1, third, not napi_register_module_v1 and node_api_module_get_api_version_v1 alone',
    ]);
  });

  test('is refused with a symbol of a newer C library', () => {
    // A C library that has it: the name and the version are what the loader will ask for.
    const stub = path.join(directory, 'libc.so.6');
    writeFileSync(path.join(directory, 'stub.c'), 'void newer_call(void) {}\n');
    writeFileSync(path.join(directory, 'stub.map'), 'GLIBC_2.99 { global: newer_call; local: *; };\n');
    const map = `-Wl,--version-script=${path.join(directory, 'stub.map')}`;
    const stubArguments = ['-shared', '-nostdlib', '-fPIC', '-Wl,-soname,libc.so.6', map, '-o', stub];
    execFileSync('cc', [...stubArguments, path.join(directory, 'stub.c')]);
    const use = 'void newer_call(void);\n__attribute__((used)) static void use(void) { newer_call(); }\n';
    const file = compiled(use + entries, '-nostdlib', stub);
    expect(problemsOf(target(here), file, [])).toEqual([
      'needs the symbol versions GLIBC_2.99; GLIBC_2.17 is promised',
    ]);
  });

  test('is refused for musl when it needs glibc', () => {
    const musl = target(here.replace('glibc', 'musl'));
    // `puts` takes the C library in; without a call the linker leaves it out.
    const source = `int puts(const char *);\n__attribute__((used)) static int use(void) { return puts("x"); }\n${entries}`;
    const problems = problemsOf(musl, compiled(source), []);
    expect(problems.join('\n')).toMatch(
      /needs libc\.so\.6, which not every system has\nneeds the symbol versions GLIBC_[\d.]+.*; musl/,
    );
  });

  test('is refused when it is too large, not stripped, or looks for libraries somewhere', () => {
    const large = compiled(`${entries}__attribute__((used)) static char filler[400000] = {1};\n`);
    expect(problemsOf(target(here), large, [])).toEqual([`has ${large.length} bytes, 350000 are allowed`]);
    const file = path.join(directory, 'named.node');
    writeFileSync(path.join(directory, 'named.c'), entries);
    execFileSync('cc', ['-shared', '-fPIC', '-Wl,-rpath,/opt/lib', '-o', file, path.join(directory, 'named.c')]);
    expect(problemsOf(target(here), readFileSync(file), [])).toEqual([
      'is not stripped',
      'looks for libraries in /opt/lib',
    ]);
  });

  test('is refused when it names a folder of the machine that made it', () => {
    const file = compiled(`${entries}__attribute__((used)) static const char *const where = "/home/builder/x.cc";\n`);
    expect(problemsOf(target(here), file, ['/home/builder/'])).toEqual([
      'contains /home/builder/, a path of the machine that made it',
    ]);
  });

  test('is refused when it was cut off', () => {
    const file = compiled(entries);
    expect(problemsOf(target(here), file.subarray(0, 4096), [])[0]).toMatch(/^its tables lead out of the file/);
    expect(problemsOf(target(here), Buffer.from('text'), [])).toEqual(['neither ELF nor PE nor Mach-O, 64 bits']);
  });
});

test('a binary for Windows is judged by its own header', () => {
  expect(problemsOf(target('win32-arm64'), windowsFile(0xaa64), [])).toEqual([
    'exports nothing, not napi_register_module_v1 and node_api_module_get_api_version_v1 alone',
  ]);
  expect(problemsOf(target('win32-x64'), windowsFile(0xaa64), [])).toContain('is for arm64, not for x64');
});

test('a binary for macOS is judged by its commands', () => {
  const tooNew = command(0x32, [1, 13 << 16, 0, 0]);
  const library = command(0x0c, [24, 0, 0, 0], '/opt/homebrew/lib/libfoo.dylib');
  const file = macFile(0x0100000c, tooNew, library);
  expect(describeBinary(file)).toMatchObject({ format: 'Mach-O', arch: 'arm64', minimumSystem: '13.0' });
  expect(problemsOf(target('darwin-arm64'), file, [])).toEqual([
    'exports nothing, not napi_register_module_v1 and node_api_module_get_api_version_v1 alone',
    'needs /opt/homebrew/lib/libfoo.dylib, which not every system has',
    'is for macOS 13.0 and later, not for 12.0',
    'has no code signature, not even an ad-hoc one',
  ]);
});

describe('the command', () => {
  const run = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, [path.join(projectRoot, 'scripts/check-prebuilds.mjs'), '--root', directory, ...args], {
      encoding: 'utf8',
    });

  beforeAll(() => {
    mkdirSync(path.join(directory, 'prebuilds'));
    copyFileSync(path.join(projectRoot, 'prebuilds/README.md'), path.join(directory, 'prebuilds/README.md'));
    writeFileSync(path.join(directory, 'package.json'), '{ "name": "p", "version": "1.0.0", "files": ["prebuilds"] }');
  });

  test('names each binary that is missing, unless that is allowed', () => {
    const { status, stderr } = run();
    expect(status).toBe(1);
    for (const each of targets) expect(stderr).toContain(`${prebuildFile(each)} is missing`);
    expect(run('--allow-missing')).toMatchObject({ status: 0 });
  });

  test('refuses a file that no target has, and a package that is too large', () => {
    mkdirSync(path.join(directory, 'prebuilds/linux-x64'));
    writeFileSync(path.join(directory, 'prebuilds/linux-x64/ploke-io.node'), Buffer.alloc(maximumPackageBytes));
    const { status, stderr } = run('--allow-missing');
    expect(status).toBe(1);
    expect(stderr).toContain('prebuilds/linux-x64/ploke-io.node is no binary of a release, and would be published');
    expect(stderr).toMatch(new RegExp(`the package has \\d+ bytes unpacked, ${maximumPackageBytes} are allowed`));
  });
});
