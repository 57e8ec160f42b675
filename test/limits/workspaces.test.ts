import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type FileEvents, openWorkspace } from '../../src/index.js';
import { openDescriptors } from '../setup/open-descriptors.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const count = 10;
const cycles = 20;

/** What is told until the file of a name was created. */
async function createdUntil(events: FileEvents, last: string): Promise<Set<string>> {
  const created = new Set<string>();
  for await (const event of events) {
    if (event.type !== 'create') continue;
    created.add(path.basename(event.path));
    if (created.has(last)) return created;
  }
  throw new Error('the events ended');
}

test('ten workspaces on one root lose no update of each other, and each is told what all others do', async () => {
  const directory = temporaryDirectory();
  mkdirSync(path.join(directory, 'made'));
  const counter = path.join(directory, 'counter');
  writeFileSync(counter, '0');
  const before = openDescriptors().size;
  const workspaces = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      openWorkspace({ roots: [directory], watch: { debounceMs: 0 }, durability: 'none', origin: `w${index}` }),
    ),
  );
  try {
    const told = workspaces.map((workspace) => createdUntil(workspace.events(), 'last'));
    await Promise.all(
      workspaces.map(async (workspace, index) => {
        for (let cycle = 0; cycle < cycles; cycle += 1) {
          await workspace.updateFile(counter, (file) => `${Number(file?.text) + 1}`);
        }
        await workspace.createFile(path.join(directory, 'made', `file${index}`), 'x');
      }),
    );
    await workspaces[0]?.createFile(path.join(directory, 'made', 'last'), 'x');
    const expected = new Set([...workspaces.map((_, index) => `file${index}`), 'last']);
    for (const created of await Promise.all(told)) expect(created).toEqual(expected);
    expect(readFileSync(counter, 'utf8')).toBe(`${count * cycles}`);
  } finally {
    await Promise.all(workspaces.map((workspace) => workspace.close()));
  }
  expect(openDescriptors().size).toBeLessThanOrEqual(before + 1);
  expect(readdirSync(directory).sort()).toEqual(['counter', 'made']);
});
