import { execFileSync } from 'node:child_process';
import { linkSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function visibleNames(directory: string): string[] {
  return readdirSync(directory).filter((name) => name !== '.ploke-io');
}

test('a file with several names is refused by an error that names the option, and written in place with it', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  const other = path.join(directory, 'other');
  writeFileSync(file, 'before, and longer');
  linkSync(file, other);
  const { ino } = statSync(file);

  await using never = await openWorkspace({ roots: [directory] });
  const refused = never.writeFile(file, 'after');
  await expect(refused).rejects.toMatchObject({ code: 'ERR_PLOKE_HARD_LINK', committed: false });
  await expect(refused).rejects.toThrow("inPlace: 'when-required'");
  expect(readFileSync(other, 'utf8')).toBe('before, and longer');

  await using workspace = await openWorkspace({ roots: [directory], inPlace: 'when-required' });
  const expectedHash = hashContent('before, and longer');
  const result = await workspace.writeFile(file, 'after', { expectedHash });
  expect(result).toMatchObject({ outcome: 'replaced', previousHash: expectedHash, hash: hashContent('after') });
  expect(result.receipt).toMatchObject({ atomic: false, compareAndSwap: 'checked', metadata: 'preserved' });
  for (const name of [file, other]) {
    expect(readFileSync(name, 'utf8')).toBe('after');
    expect(statSync(name).ino).toBe(ino);
  }
  expect(visibleNames(directory)).toEqual(['file', 'other']);

  const stale = workspace.writeFile(file, 'once more', { expectedHash });
  await expect(stale).rejects.toMatchObject({ code: 'ERR_PLOKE_CONTENT_MISMATCH', actualHash: hashContent('after') });
  const [edit] = await workspace.writeSnippets([
    { path: other, find: 'after', replacement: 'a longer content than before' },
  ]);
  expect(edit).toMatchObject({ status: 'fulfilled', value: { receipt: { atomic: false } } });
  expect(readFileSync(file, 'utf8')).toBe('a longer content than before');
});

test('a file with one name is replaced atomically with the option too', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'before');
  await using workspace = await openWorkspace({ roots: [directory], inPlace: 'when-required' });
  expect((await workspace.writeFile(file, 'after')).receipt.atomic).toBe(true);
});

test('under a lock the file keeps its inode, and the lock', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'before');
  linkSync(file, path.join(directory, 'other'));
  await using workspace = await openWorkspace({ roots: [directory], inPlace: 'when-required' });
  const lock = await workspace.lock(file);
  await workspace.writeFile(file, 'after', { lock });
  await workspace.writeFile(path.join(directory, 'other'), 'by the other name', { lock });
  expect(lock.signal.aborted).toBe(false);
  await lock.release();
  expect(readFileSync(file, 'utf8')).toBe('by the other name');
});

describe.skipIf(process.getuid?.() !== 0)('as root', () => {
  function mounted(...args: readonly string[]): void {
    execFileSync('mount', args);
    onTestFinished(() => {
      execFileSync('umount', ['-l', args.at(-1) ?? '']);
    });
  }

  test('a single file that is a mount point', async () => {
    const directory = temporaryDirectory();
    const outside = path.join(temporaryDirectory(), 'config');
    const file = path.join(directory, 'config');
    writeFileSync(outside, 'before');
    writeFileSync(file, '');
    mounted('--bind', outside, file);

    await using never = await openWorkspace({ roots: [directory] });
    const refused = never.writeFile(file, 'after');
    await expect(refused).rejects.toMatchObject({ code: 'ERR_PLOKE_MOUNT', committed: false });
    await expect(refused).rejects.toThrow("inPlace: 'when-required'");

    await using workspace = await openWorkspace({ roots: [directory], inPlace: 'when-required' });
    expect((await workspace.writeFile(file, 'after')).receipt.atomic).toBe(false);
    expect(readFileSync(outside, 'utf8')).toBe('after');
    expect(visibleNames(directory)).toEqual(['config']);
  });

  test('on a full disk the old content comes back', async () => {
    const disk = temporaryDirectory();
    mounted('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk);
    const file = path.join(disk, 'file');
    const before = 'x'.repeat(300_000);
    writeFileSync(file, before);
    linkSync(file, path.join(disk, 'other'));
    await using workspace = await openWorkspace({ roots: [disk], inPlace: 'when-required' });
    const failure = workspace.writeFile(file, 'y'.repeat(900_000));
    await expect(failure).rejects.toMatchObject({ code: 'ENOSPC', committed: false });
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(visibleNames(disk)).toEqual(['file', 'other']);
  });
});
