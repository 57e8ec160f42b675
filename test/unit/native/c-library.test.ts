import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cLibraryOf } from '../../../src/native/c-library.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ploke-io-c-library-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** An ELF file with a program header that is none of interest and, where a loader is given, one that names it. */
function program(loader: string | undefined): string {
  const file = Buffer.alloc(64 + 2 * 56 + 64);
  file.write('\x7fELF\x02\x01', 'latin1');
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(loader === undefined ? 1 : 2, 56);
  file.writeUInt32LE(1, 64);
  if (loader !== undefined) {
    file.writeUInt32LE(3, 120);
    file.writeBigUInt64LE(176n, 128);
    file.writeBigUInt64LE(BigInt(loader.length + 1), 152);
    file.write(`${loader}\0`, 176);
  }
  const path = join(directory, 'program');
  writeFileSync(path, file);
  return path;
}

test('a program that asks for the loader of musl runs with musl, whatever the distribution', () => {
  expect(cLibraryOf(program('/lib/ld-musl-x86_64.so.1'))).toBe('musl');
  expect(cLibraryOf(program('/lib64/ld-linux-x86-64.so.2'))).toBe('glibc');
});

test('a program that names no loader, is no ELF file or cannot be read counts as glibc', () => {
  expect(cLibraryOf(program(undefined))).toBe('glibc');
  const script = join(directory, 'script');
  writeFileSync(script, '#!/bin/sh\n');
  expect(cLibraryOf(script)).toBe('glibc');
  expect(cLibraryOf(join(directory, 'absent'))).toBe('glibc');
});

test('the Node that runs this is recognised', () => {
  // What the report of Node itself says, which is too slow to ask for at every start.
  const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  expect(cLibraryOf(process.execPath)).toBe(report.header.glibcVersionRuntime === undefined ? 'musl' : 'glibc');
});
