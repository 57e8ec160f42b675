import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp() {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  const workspace = await openWorkspace({ roots: [directory], durability: 'none', symlinks: 'follow' });
  onTestFinished(() => workspace.close());
  return { at, workspace };
}

const big = Buffer.alloc(8 * 1024 * 1024, 'x');

test('a write through a link never lands where a later call has the link lead', async () => {
  for (let time = 0; time < 20; time++) {
    const { at, workspace } = await setUp();
    for (const [link, target] of Object.entries({ link: 'A', other: 'B' })) {
      mkdirSync(at(target));
      writeFileSync(at(`${target}/x`), 'old');
      symlinkSync(target, at(link));
    }
    await Promise.allSettled([
      workspace.writeFile(at('A/x'), big),
      workspace.writeFile(at('link/x'), 'W1'),
      workspace.rename(at('other'), at('link'), { ifExists: 'replace' }),
    ]);
    expect(readFileSync(at('A/x'), 'utf8')).toBe('W1');
    expect(readFileSync(at('B/x'), 'utf8')).toBe('old');
  }
});

test('a link is not removed or replaced by a file while a call before is still writing through it', async () => {
  for (const change of ['remove', 'replace'] as const) {
    const { at, workspace } = await setUp();
    mkdirSync(at('A'));
    writeFileSync(at('A/x'), 'old');
    writeFileSync(at('plain'), 'plain');
    symlinkSync('A', at('link'));
    const [, written] = await Promise.all([
      workspace.writeFile(at('A/x'), big),
      workspace.writeFile(at('link/x'), 'W1'),
      change === 'remove'
        ? workspace.removeFile(at('link'))
        : workspace.rename(at('plain'), at('link'), { ifExists: 'replace' }),
    ]);
    expect(written.outcome).toBe('replaced');
    expect(readFileSync(at('A/x'), 'utf8')).toBe('W1');
  }
});

test('a file is created below a directory that the call before it makes', async () => {
  for (let time = 0; time < 40; time++) {
    const { at, workspace } = await setUp();
    const [, second] = await Promise.all([
      workspace.createFile(at('a/b/f'), 'f', { parents: true }),
      workspace.createFile(at('a/b/g'), 'g'),
    ]);
    expect(second.outcome).toBe('created');
    expect(existsSync(at('a/b/g'))).toBe(true);
  }
});

test('calls that make one new directory run beside each other, and all of them are there', async () => {
  const { at, workspace } = await setUp();
  const names = Array.from({ length: 16 }, (_, index) => `f${index}`);
  await Promise.all(names.map((name) => workspace.createFile(at(`a/b/${name}`), name, { parents: true })));
  expect(readdirSync(at('a/b')).sort()).toEqual(names.sort());
});
