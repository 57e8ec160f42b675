import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type FileEvent, openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { collector, inWords } from '../support/watched.js';

async function twoRoots(...roots: readonly string[]) {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  for (const name of ['a/in', 'b/in']) mkdirSync(at(name), { recursive: true });
  for (const name of ['a/file', 'a/in/file', 'b/file', 'b/in/file']) writeFileSync(at(name), 'old');
  const workspace = await openWorkspace({
    roots: roots.map(at),
    watch: { debounceMs: 0 },
    durability: 'none',
    origin: 'me',
  });
  const take = collector(workspace);
  const told = async () => (await take()).map((event) => inWords(directory, event));
  return { directory, at, workspace, take, told };
}

test('a root that is added is watched when setRoots resolves, and what lies in it is not told', async () => {
  const { at, workspace, told } = await twoRoots('a');
  await workspace.setRoots([at('a'), at('b')]);
  expect(await told()).toEqual([]);
  writeFileSync(at('a/file'), 'new');
  writeFileSync(at('b/in/new'), 'new');
  expect((await told()).toSorted()).toEqual(['create b/in/new', 'update a/file']);
  await workspace.close();
});

test('nothing is told of a root that was taken away, and its watches are gone', async () => {
  const { at, workspace, told } = await twoRoots('a', 'b');
  await workspace.setRoots([at('a')]);
  writeFileSync(at('b/file'), 'new');
  writeFileSync(at('a/file'), 'new');
  expect(await told()).toEqual(['update a/file']);
  await workspace.close();
});

test('what changes while an outer root takes the place of an inner one is told once', async () => {
  const { at, workspace, told } = await twoRoots('a/in');
  const changing = workspace.setRoots([at('a')]);
  writeFileSync(at('a/in/file'), 'new');
  writeFileSync(at('a/in/new'), 'new');
  await changing;
  const events = (await told()).filter((text) => text !== 'rescanned');
  expect(events.toSorted()).toEqual(['create a/in/new', 'update a/in/file']);
  writeFileSync(at('a/file'), 'new');
  writeFileSync(at('a/in/file'), 'newer');
  expect((await told()).toSorted()).toEqual(['update a/file', 'update a/in/file']);
  await workspace.close();
});

test('what changes while an inner root takes the place of an outer one is told once', async () => {
  const { at, workspace, told } = await twoRoots('a');
  const changing = workspace.setRoots([at('a/in')]);
  writeFileSync(at('a/in/file'), 'new');
  await changing;
  expect((await told()).filter((text) => text !== 'rescanned')).toEqual(['update a/in/file']);
  writeFileSync(at('a/file'), 'new');
  writeFileSync(at('a/in/file'), 'newer');
  expect(await told()).toEqual(['update a/in/file']);
  await workspace.close();
});

test('writes that go on while roots come and go are told once each', async () => {
  const { at, workspace, take } = await twoRoots('a', 'b');
  let writes = 0;
  let isDone = false;
  const writing = (async () => {
    for (; !isDone; writes++) await workspace.writeFile(at('a/file'), `${writes}`);
  })();
  for (let round = 0; round < 20; round++) {
    await workspace.setRoots(round % 2 === 0 ? [at('a')] : [at('a'), at('b')]);
  }
  isDone = true;
  await writing;
  const events = await take();
  expect(events.map(({ type }) => type)).toEqual(Array.from({ length: writes }, () => 'update'));
  expect(events.every((event) => 'origin' in event && event.origin === 'me')).toBe(true);
  await workspace.close();
});

test.each([
  ['removed', (at: (name: string) => string) => rmSync(at('a'), { recursive: true })],
  ['moved away', (at: (name: string) => string) => renameSync(at('a'), at('moved'))],
])('a root that is %s is lost, and comes back by setRoots with what differs', async (_name, act) => {
  const { at, workspace, directory } = await twoRoots('a', 'b');
  const events = workspace.events();
  const next = async (wanted: FileEvent['type']): Promise<string[]> => {
    const seen: string[] = [];
    for (;;) {
      const { value } = await events.next();
      seen.push(inWords(directory, value));
      if (value.type === wanted) return seen;
    }
  };
  act(at);
  await next('root-lost');
  // Nothing is told of what takes its place.
  mkdirSync(at('a'));
  writeFileSync(at('a/file'), 'another');
  writeFileSync(at('a/new'), 'another');
  writeFileSync(at('b/file'), 'new');
  expect(await next('update')).toEqual(['update b/file']);
  await workspace.setRoots([at('a'), at('b')]);
  const told = await next('rescanned');
  const known = told.filter((text) => !text.includes('a/file') && !text.includes('a/in'));
  expect(known).toEqual(['create a/new', 'rescanned']);
  writeFileSync(at('a/file'), 'newer');
  expect(await next('update')).toEqual(['update a/file']);
  await workspace.close();
});

test('a lost root is told with its reason', async () => {
  const { at, workspace } = await twoRoots('a');
  const events = workspace.events();
  renameSync(at('a'), at('moved'));
  const { value } = await events.next();
  expect(value).toMatchObject({ type: 'root-lost', root: at('a'), reason: { code: 'ERR_PLOKE_ROOT_LOST' } });
  await workspace.close();
});
