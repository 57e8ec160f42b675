import { appendFileSync, mkdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { NativeAddon } from '../../../src/native/addon.js';
import { writeFile } from '../../../src/operation/write-files.js';
import { openState, startWatcher } from '../../support/open-state.js';
import { forge } from '../../support/other-process.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { inWords } from '../../support/watched.js';

type Ask = NativeAddon['originBatch'];

/** A watcher that asks files who wrote them, with `ask` in the place of that. */
async function setUp(ask: (real: Ask) => Ask, prepare: (at: (name: string) => string) => void = () => undefined) {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  prepare(at);
  const disturb = (real: NativeAddon) => ({ originBatch: ask(real.originBatch) });
  const state = await openState(directory, disturb, {
    origin: 'me',
    shareOrigin: true,
    ignore: ['node_modules/', '*.log'],
  });
  const watcher = await startWatcher(state);
  const seen: string[] = [];
  const events = watcher.subscribe({ ignoredOrigins: new Set(), signal: undefined });
  void (async () => {
    for await (const event of events) seen.push(inWords(directory, event));
  })();
  const told = async () => {
    await watcher.flush(undefined);
    await turn();
    return seen.splice(0);
  };
  return { at, state, told };
}

/** Acts before the first question, or after it. */
const once =
  (act: () => unknown, when: 'before' | 'after' = 'before') =>
  (real: Ask): Ask => {
    let isDone = false;
    return async (batch) => {
      const isFirst = !isDone;
      isDone = true;
      if (isFirst && when === 'before') await act();
      const answer = await real(batch);
      if (isFirst && when === 'after') await act();
      return answer;
    };
  };

test('a file that is replaced before it is asked is told as it is then', async () => {
  const act = { replace: () => undefined as unknown };
  const { at, told } = await setUp(
    once(() => act.replace()),
    (at) => mkdirSync(at('node_modules')),
  );
  forge(at('node_modules/a'), '1 $version second');
  act.replace = () => renameSync(at('node_modules/a'), at('a'));
  forge(at('a'), '1 $version first');
  expect(await told()).toEqual(['create a (second)']);
});

test('a file that somebody else changes before it is asked is told without an origin', async () => {
  const act = { change: () => undefined as unknown };
  const { at, told } = await setUp(once(() => act.change()));
  act.change = () => appendFileSync(at('a'), 'foreign');
  forge(at('a'), '1 $version other');
  expect((await told())[0]).toBe('create a');
});

test('a file that is gone before it is asked is told as it was found, and then as gone', async () => {
  const act = { remove: () => undefined as unknown };
  const { at, told } = await setUp(once(() => act.remove()));
  act.remove = () => unlinkSync(at('a'));
  forge(at('a'), '1 $version other');
  // A flush is about what happened before it.
  expect([...(await told()), ...(await told())]).toEqual(['create a', 'remove a']);
});

test.each(['before', 'after'] as const)('an own write that comes %s the question is told last', async (when) => {
  const act = { write: () => undefined as unknown };
  const { at, state, told } = await setUp(
    once(() => act.write(), when),
    (at) => writeFileSync(at('a'), 'old'),
  );
  act.write = () => writeFile(state, at('a'), 'mine');
  forge(at('a'), '1 $version other');
  // What it replaced is told as it was known then: nobody had asked.
  expect(await told()).toEqual(['update a', 'update a (me)']);
  expect(await told()).toEqual([]);
});

test('where there is no descriptor left it is asked again', async () => {
  let count = 0;
  const { at, told } = await setUp((real) => async (batch) => {
    count += 1;
    if (count > 1) return real(batch);
    const status = new Int32Array(batch.count).fill(constants.errno.EMFILE);
    return { status, syscalls: new Uint8Array(batch.count), origins: [], stamps: [] };
  });
  forge(at('a'), '1 $version other');
  expect(await told()).toEqual(['create a (other)']);
  expect(count).toBe(2);
});

test('only what differs, and is watched, is asked', async () => {
  const asked: string[] = [];
  const { at, state, told } = await setUp(
    (real) => (batch) => {
      asked.push(...batch.paths.split('\0'));
      return real(batch);
    },
    (at) => {
      for (const name of ['a', 'b', 'c']) writeFileSync(at(name), 'old');
    },
  );
  expect(asked).toEqual([]);
  await writeFile(state, at('a'), 'mine');
  writeFileSync(at('b'), 'foreign');
  writeFileSync(at('b.log'), 'foreign');
  unlinkSync(at('c'));
  await told();
  expect(asked).toEqual(['b']);
});
