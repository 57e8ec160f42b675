import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openWorkspace, PlokeIoError } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const isRoot = process.getuid?.() === 0;

/** A tmpfs of one mebibyte, unmounted when the test ends. */
function smallDisk(): string {
  const directory = temporaryDirectory();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', directory]);
  });
  return directory;
}

function visibleNames(directory: string): string[] {
  return readdirSync(directory).filter((name) => name !== '.ploke-io');
}

describe.skipIf(!isRoot)('on a full disk', () => {
  test('a write fails with ENOSPC, the old file stays whole and no temporary file is left', async () => {
    const disk = smallDisk();
    const file = path.join(disk, 'settings.json');
    const before = 'x'.repeat(400_000);
    writeFileSync(file, before);
    await using workspace = await openWorkspace({ roots: [disk] });
    const failure = await workspace.writeFile(file, 'y'.repeat(900_000)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PlokeIoError);
    expect(failure).toMatchObject({ code: 'ENOSPC', committed: false, severity: 'fatal', path: file });
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(visibleNames(disk)).toEqual(['settings.json']);
  });

  test('a create fails with ENOSPC and its name stays free', async () => {
    const disk = smallDisk();
    await using workspace = await openWorkspace({ roots: [disk] });
    const failure = await workspace.createFile(path.join(disk, 'big'), 'z'.repeat(2_000_000)).catch((error) => error);
    expect(failure).toMatchObject({ code: 'ENOSPC', committed: false });
    expect(visibleNames(disk)).toEqual([]);
  });

  test('in a batch the items that fit are written and the one that does not fails alone', async () => {
    const disk = smallDisk();
    for (const name of ['a', 'b', 'c']) writeFileSync(path.join(disk, name), name);
    await using workspace = await openWorkspace({ roots: [disk] });
    const results = await workspace.writeFiles([
      { path: path.join(disk, 'a'), data: 'new a' },
      { path: path.join(disk, 'b'), data: 'B'.repeat(2_000_000) },
      { path: path.join(disk, 'c'), data: 'new c' },
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'ENOSPC' } });
    expect(['a', 'b', 'c'].map((name) => readFileSync(path.join(disk, name), 'utf8'))).toEqual(['new a', 'b', 'new c']);
  });
});
