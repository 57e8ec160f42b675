import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { NativeAddon } from '../../../src/native/addon.js';
import { createDirectory } from '../../../src/operation/create-directory.js';
import { createFile } from '../../../src/operation/create-files.js';
import { removeFile } from '../../../src/operation/remove-file.js';
import { rename } from '../../../src/operation/rename.js';
import { writeFile } from '../../../src/operation/write-files.js';
import { openState, startWatcher } from '../../support/open-state.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { inWords } from '../../support/watched.js';

/** A watched root with `sub` in it, and what to do in the moment after a listing. */
async function setUp(disturb: (real: NativeAddon) => Partial<NativeAddon> = () => ({})) {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  mkdirSync(at('sub'));
  for (const name of ['removed', 'renamed', 'changed', 'foreign']) writeFileSync(at(`sub/${name}`), 'old');
  let listingsBefore = 0;
  let afterListing: (() => Promise<unknown>) | undefined;
  const state = await openState(
    directory,
    (real) => ({
      async listBatch(batch) {
        const listing = await real.listBatch(batch);
        const act = listingsBefore-- === 0 ? afterListing : undefined;
        await act?.();
        return listing;
      },
      ...disturb(real),
    }),
    { origin: 'me' },
  );
  const watcher = await startWatcher(state);
  const seen: string[] = [];
  const waiting = new Map<string, () => void>();
  void (async () => {
    for await (const event of watcher.subscribe({ ignoredOrigins: new Set(), signal: undefined })) {
      const words = inWords(directory, event);
      seen.push(words);
      waiting.get(words)?.();
    }
  })();
  return {
    at,
    state,
    afterListing: (count: number, act: () => Promise<unknown>) => {
      listingsBefore = count - 1;
      afterListing = act;
    },
    heard: (words: string) => new Promise<void>((resolve) => waiting.set(words, resolve)),
    told: async () => {
      await watcher.flush(undefined);
      await turn();
      return seen.splice(0);
    },
  };
}

const ownChanges = [
  'create sub/made/ (me)',
  'create sub/made/in (me)',
  'create sub/new (me)',
  'remove sub/removed (me)',
  'rename sub/renamed → sub/other (me)',
  'update sub/changed (me)',
];

for (const [way, first, next, listings] of [
  ['an inner root takes the place of an outer one', '', 'sub', 1],
  ['an outer root takes the place of an inner one', 'sub', '', 2],
] as const) {
  test(`what calls change while ${way}, after it was listed, is told once`, async () => {
    const { at, state, afterListing, told } = await setUp();
    await state.setRoots([at(first)], undefined, undefined);
    expect((await told()).filter((words) => words !== 'rescanned')).toEqual([]);
    afterListing(listings, async () => {
      // What is in force already are the new roots: these calls are made through them.
      await createFile(state, at('sub/new'), 'x');
      await createDirectory(state, at('sub/made'));
      await createFile(state, at('sub/made/in'), 'x');
      await removeFile(state, at('sub/removed'));
      await rename(state, at('sub/renamed'), at('sub/other'));
      await writeFile(state, at('sub/changed'), 'longer than before');
      appendFileSync(at('sub/foreign'), ' and more');
    });
    await state.setRoots([at(next)], undefined, undefined);
    const events = await told();
    expect(events).toContain('rescanned');
    expect(events.filter((words) => words.endsWith('(me)')).sort()).toEqual(ownChanges);
    const others = events.filter((words) => !words.endsWith('(me)') && words !== 'rescanned');
    expect(others).toEqual(['update sub/foreign']);
  });
}

test('what a call is changing while an inner root takes the place of an outer one is its own to tell', async () => {
  let letGo = (): void => {};
  let isChanged = (): void => {};
  const changed = new Promise<void>((resolve) => {
    isChanged = resolve;
  });
  const { at, state, heard, told } = await setUp((real) => ({
    async commitBatch(batch) {
      const committed = await real.commitBatch(batch);
      const released = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      isChanged();
      await released;
      return committed;
    },
  }));
  const creating = createFile(state, at('sub/new'), 'x');
  await changed;
  const rescanned = heard('rescanned');
  const changing = state.setRoots([at('sub')], undefined, undefined);
  await rescanned;
  letGo();
  await Promise.all([creating, changing]);
  expect((await told()).filter((words) => words !== 'rescanned')).toEqual(['create sub/new (me)']);
});
