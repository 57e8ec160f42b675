import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const readers = 100;
const writers = 10;
const rounds = 20;

/** Numbers each call when it is made and when it is over, so that waiting is counted in operations, not in milliseconds. */
async function contend(readWhileWrite: 'ordered' | 'relaxed') {
  const file = path.join(temporaryDirectory(), 'file');
  writeFileSync(file, '0');
  await using workspace = await openWorkspace({ roots: [path.dirname(file)], durability: 'none', readWhileWrite });
  let called = 0;
  const done: string[] = [];
  let writesCalled = 0;
  const writesDone = new Set<number>();
  const reads: { readonly seen: number; readonly calledBefore: number; readonly finishedAfter: number }[] = [];
  const writes: { readonly number: number; readonly writesBetween: number }[] = [];
  const reader = async (): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      const calledBefore = writesCalled;
      called += 1;
      const { text } = await workspace.readFile(file);
      reads.push({ seen: Number(text), calledBefore, finishedAfter: writesDone.size });
      done.push('read');
    }
  };
  const writer = async (): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      writesCalled += 1;
      called += 1;
      const number = writesCalled;
      const before = writesDone.size;
      await workspace.writeFile(file, String(number));
      writes.push({ number, writesBetween: writesDone.size - before });
      writesDone.add(number);
      done.push('write');
    }
  };
  await Promise.all([...Array.from({ length: writers }, writer), ...Array.from({ length: readers }, reader)]);
  return { reads, writes, done, called };
}

test('ordered: a read waits for the writes that were called before it and for no other, and nobody starves', async () => {
  const { reads, writes, done, called } = await contend('ordered');
  expect(called).toBe(readers * rounds + writers * rounds);
  expect(done).toHaveLength(called);
  // Each writer has one write under way, so no more than the others' one each may come first.
  expect(Math.max(...writes.map(({ writesBetween }) => writesBetween))).toBeLessThanOrEqual(writers);
  // Writes are done in call order: whoever sees one sees all that were called before the read, or later ones.
  for (const { seen, calledBefore } of reads) expect(seen).toBeGreaterThanOrEqual(calledBefore);
  // Those that were called after a read do not hold it up for longer than one round of all writers.
  for (const { finishedAfter, calledBefore } of reads)
    expect(finishedAfter - calledBefore).toBeLessThanOrEqual(writers);
  // Neither side is served only when the other is through.
  expect(done.indexOf('read')).toBeLessThan(done.lastIndexOf('write'));
  expect(done.indexOf('write')).toBeLessThan(done.lastIndexOf('read'));
});

test('relaxed: reads wait for nobody and still see one version whole, and no writer starves', async () => {
  const { reads, writes, done, called } = await contend('relaxed');
  expect(done).toHaveLength(called);
  for (const { seen } of reads) expect(Number.isInteger(seen)).toBe(true);
  expect(Math.max(...writes.map(({ writesBetween }) => writesBetween))).toBeLessThanOrEqual(writers);
  expect(done.indexOf('read')).toBeLessThan(done.lastIndexOf('write'));
});

test('whoever holds the lock of a file keeps no reader waiting', async () => {
  const file = path.join(temporaryDirectory(), 'file');
  writeFileSync(file, 'content');
  for (const readWhileWrite of ['ordered', 'relaxed'] as const) {
    await using workspace = await openWorkspace({ roots: [path.dirname(file)], readWhileWrite });
    await using _lock = await workspace.lock(file);
    expect((await workspace.readFile(file)).text).toBe('content');
  }
});
