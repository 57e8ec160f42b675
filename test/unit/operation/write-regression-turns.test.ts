import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFiles } from '../../../src/operation/create-files.js';
import { writeSnippets } from '../../../src/operation/write-snippets.js';
import { openState } from '../../support/open-state.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** Counts turns of the event loop until the test ends. */
function turnCounter(): () => number {
  let turns = 0;
  let next: NodeJS.Immediate;
  const count = (): void => {
    turns++;
    next = setImmediate(count);
  };
  next = setImmediate(count);
  onTestFinished(() => clearImmediate(next));
  return () => turns;
}

test('checking the items of a large batch leaves the event loop its turns, and an abort is heard then', async () => {
  const directory = temporaryDirectory();
  const controller = new AbortController();
  let identified = 0;
  const state = await openState(directory, (real) => ({
    identifyBatch: (batch) => {
      identified++;
      return real.identifyBatch(batch);
    },
  }));
  const files = Array.from({ length: 10_000 }, (_, index) => ({ path: path.join(directory, `${index}`), data: 'x' }));
  const created = createFiles(state, files, { signal: controller.signal });
  setImmediate(() => controller.abort());
  await expect(created).rejects.toMatchObject({ code: 'ABORT_ERR', committed: false });
  expect(identified).toBe(0);
});

test('the edits of large files leave the event loop its turns between the files of a group', async () => {
  const directory = temporaryDirectory();
  const turns = turnCounter();
  const opened: number[] = [];
  const between: number[] = [];
  const state = await openState(directory, (real) => ({
    openTargets: async (batch) => {
      const result = await real.openTargets(batch);
      opened.push(turns());
      return result;
    },
    commitBatch: (batch) => {
      if (batch.items.length > 1) between.push(turns() - (opened.at(-1) ?? 0));
      return real.commitBatch(batch);
    },
  }));
  const names = ['a', 'b', 'c'].map((name) => path.join(directory, name));
  for (const name of names) writeFileSync(name, `${'word '.repeat(500_000)}end`);
  const edits = names.map((name) => ({ path: name, find: 'end', replacement: 'END' }));
  for (const edit of edits) {
    await writeSnippets(state, [edit]);
    await writeSnippets(state, [{ path: edit.path, find: 'END', replacement: 'end' }]);
  }
  const results = await writeSnippets(state, edits);
  expect(results.every(({ status }) => status === 'fulfilled')).toBe(true);
  expect(between).toHaveLength(1);
  expect(between[0]).toBeGreaterThan(0);
  expect(readFileSync(names[2] ?? '', 'utf8').endsWith('END')).toBe(true);
});
