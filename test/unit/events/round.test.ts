import { expect, test } from 'vitest';
import { DirectoryIndex } from '../../../src/events/directory-index.js';
import type { EntryChange } from '../../../src/events/entry-change.js';
import { Hints } from '../../../src/events/hints.js';
import { type Observation, Round } from '../../../src/events/round.js';
import { TreeEditor } from '../../../src/events/tree-editor.js';
import { WatchedTree } from '../../../src/events/watched-tree.js';

const stamp = '1.1.2.3.4.5';

/** A file of the index is found as the index has it. */
function found({ isOwn, hasFineStamps, ...seen }: Partial<Observation> & { isOwn: boolean; hasFineStamps: boolean }) {
  const tree = new WatchedTree('/r', '1:1');
  tree.isSilent = false;
  tree.hasFineStamps = hasFineStamps;
  tree.top.children.set('a', `f${stamp}`);
  const told: EntryChange[] = [];
  const editor = new TreeEditor({
    index: new DirectoryIndex(),
    unwatch: () => {},
    emit: (change) => told.push(change),
  });
  const round = new Round({
    editor,
    hints: new Hints(),
    next: new Hints(),
    originOf: () => null,
    isOwnState: (key, state) => isOwn && key === '1:1/a' && state === stamp,
  });
  const state = { type: 'file', stamp } as const;
  round.apply([{ parent: tree.top, name: 'a', state, isContent: true, isYoung: true, origin: null, ...seen }]);
  return told.map(({ type, path }) => `${type} ${path}`);
}

test.each([
  ['a write that the system tells of after the look', { isOwn: false, hasFineStamps: true }, ['update /r/a']],
  [
    'the same of an old file, whose stamp proves that it is the same',
    { isOwn: false, hasFineStamps: true, isYoung: false },
    [],
  ],
  ['a hint that is not about content', { isOwn: false, hasFineStamps: true, isContent: false }, []],
  ['what a call of this thread has left', { isOwn: true, hasFineStamps: true }, []],
  [
    'the same where somebody may have written into it within one tick',
    { isOwn: true, hasFineStamps: false },
    ['update /r/a'],
  ],
])('%s: %j is told as %j', (_what, options, expected) => {
  expect(found(options)).toEqual(expected);
});
