import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { watched } from '../support/watched.js';

test('a workspace without watch has no events', async () => {
  await using workspace = await openWorkspace({ roots: [temporaryDirectory()] });
  expect(() => workspace.events()).toThrow(expect.objectContaining({ code: 'ERR_PLOKE_WATCH_DISABLED' }));
  await expect(workspace.flushEvents()).rejects.toMatchObject({ code: 'ERR_PLOKE_WATCH_DISABLED' });
});

test('close ends every iterator, and what is queued is still handed out', async () => {
  const { at, workspace } = await watched();
  const waiting = workspace.events();
  const queued = workspace.events();
  const first = waiting.next();
  const second = waiting.next();
  await workspace.createFile(at('a'), 'new');
  await workspace.close();
  expect((await first).value).toMatchObject({ type: 'create', path: at('a') });
  expect(await second).toEqual({ done: true, value: undefined });
  expect((await queued.next()).value).toMatchObject({ type: 'create', path: at('a') });
  expect(await queued.next()).toEqual({ done: true, value: undefined });
  expect(() => workspace.events()).toThrow(expect.objectContaining({ code: 'ERR_PLOKE_CLOSED' }));
  await expect(workspace.flushEvents()).rejects.toMatchObject({ code: 'ERR_PLOKE_CLOSED' });
});

test('what others changed right before close is told', async () => {
  const { at, workspace } = await watched({ debounceMs: 1_000_000 });
  const events = workspace.events();
  writeFileSync(at('a'), 'new');
  await workspace.flushEvents();
  writeFileSync(at('b'), 'new');
  await workspace.close();
  const paths: string[] = [];
  for await (const event of events) if ('path' in event) paths.push(event.path);
  expect(paths).toContain(at('a'));
});

test('an abort ends a subscription, and a waiting flushEvents', async () => {
  const { at, workspace } = await watched();
  const controller = new AbortController();
  const events = workspace.events({ signal: controller.signal });
  const waiting = events.next();
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toMatchObject({ code: 'ABORT_ERR', name: 'AbortError' });
  expect(await events.next()).toEqual({ done: true, value: undefined });
  await expect(workspace.flushEvents({ signal: controller.signal })).rejects.toMatchObject({ code: 'ABORT_ERR' });
  writeFileSync(at('a'), 'new');
  await workspace.flushEvents();
});

test('ignored origins are left out for one subscriber alone', async () => {
  const { at, workspace, told } = await watched();
  const others = workspace.events({ ignoreOrigin: ['me', 'agent'] });
  await workspace.createFile(at('a'), 'new');
  await workspace.createFile(at('b'), 'new', { origin: 'agent' });
  await workspace.createFile(at('c'), 'new', { origin: 'third' });
  expect((await others.next()).value).toMatchObject({ path: at('c'), origin: 'third' });
  expect(await told()).toEqual(['create a (me)', 'create b (agent)', 'create c (third)']);
});

test('metrics count the changes, own ones too, whether they are delivered or not', async () => {
  const { at, workspace, told } = await watched({ echo: 'suppress' });
  await workspace.createFile(at('a'), 'new');
  writeFileSync(at('b'), 'new');
  expect(await told()).toEqual(['create b']);
  expect(workspace.metrics().counters['watch.changes']).toBe(2);
});

test.each([
  ['options', 7],
  ['ignoreOrgin', { ignoreOrgin: 'me' }],
  ['ignoreOrigin', { ignoreOrigin: 7 }],
  ['ignoreOrigin[1]', { ignoreOrigin: ['me', null] }],
  ['signal', { signal: {} }],
])('events refuses a wrong %s', async (member, options) => {
  const { workspace } = await watched();
  expect(() => workspace.events(options as never)).toThrow(
    expect.objectContaining({ code: 'ERR_PLOKE_INVALID_ARGUMENT', message: expect.stringContaining(member) }),
  );
});
