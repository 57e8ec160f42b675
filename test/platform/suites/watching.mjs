// @ts-check
// Subscriptions, whatever backend they are served by.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { matches, oneOf, refuses } from '../support/expect.mjs';
import { makeFiles } from '../support/files.mjs';
import { suiteOf } from '../support/harness.mjs';
import { watched } from '../support/watched.mjs';

const test = suiteOf('watching');

test('the backend that is chosen by itself suits the file system', async (place) => {
  const workspace = await place.open({ watch: true });
  const { watch } = await workspace.capabilities();
  matches(watch, process.platform === 'linux' ? oneOf('native', 'polling') : oneOf('chokidar', 'polling'));
  const events = workspace.events();
  const next = events.next();
  writeFileSync(place.at('a'), 'new');
  await workspace.flushEvents();
  matches((await next).value, { type: 'create', path: place.at('a'), entryType: 'file', origin: null });
});

test('origins that a subscriber ignores are left out for him alone', async (place) => {
  const watching = await watched(place, {});
  const others = watching.workspace.events({ ignoreOrigin: ['me', 'agent'] });
  for (const [name, origin] of Object.entries({ a: 'me', b: 'agent', c: 'third' })) {
    await watching.workspace.createFile(place.at(name), 'new', { origin });
  }
  matches((await others.next()).value, { path: place.at('c'), origin: 'third' });
  assert.deepEqual(await watching.told(), ['create a (me)', 'create b (agent)', 'create c (third)']);
});

test('an event carries the stamp of what was written', async (place) => {
  const watching = await watched(place, {});
  const { stamp } = await watching.workspace.createFile(place.at('a'), 'new');
  matches(await watching.take(), [{ type: 'create', path: place.at('a'), stamp }]);
});

test('an abort ends a subscription', async (place) => {
  const { workspace } = await watched(place, {});
  const controller = new AbortController();
  const events = workspace.events({ signal: controller.signal });
  const waiting = events.next();
  controller.abort();
  await refuses(waiting, { code: 'ABORT_ERR' });
  matches(await events.next(), { done: true });
});

test('without the option watch there are no events', async (place) => {
  const workspace = await place.open();
  await refuses(() => workspace.events(), 'ERR_PLOKE_WATCH_DISABLED');
  await refuses(workspace.flushEvents(), 'ERR_PLOKE_WATCH_DISABLED');
});

test('watched roots change at run time', async (place) => {
  makeFiles(place.directory, { 'a/x': '', 'b/x': '' });
  const watching = await watched(place, {}, { roots: [place.at('a')] });
  await watching.workspace.setRoots([place.at('b')]);
  await watching.take();
  writeFileSync(place.at('a/y'), 'not told');
  writeFileSync(place.at('b/y'), 'told');
  assert.deepEqual(await watching.told(), ['create b/y']);
});
