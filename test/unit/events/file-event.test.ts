import { expect, test } from 'vitest';
import { toEventBody } from '../../../src/events/file-event.js';
import { changeOf } from '../../support/spelt-changes.js';

test('an event has neither the version of a change nor what its rename replaced', () => {
  const common = { root: '/r', entryType: 'file', origin: 'x' };
  const bodies = ['create a =1 @v !x', 'update a =1 @v !x', 'remove a @v !x', 'rename a b over file =1 @v !x'].map(
    (text) => toEventBody(changeOf(text)),
  );
  expect(bodies).toStrictEqual([
    { type: 'create', path: '/r/a', stamp: '1', ...common },
    { type: 'update', path: '/r/a', stamp: '1', ...common },
    { type: 'remove', path: '/r/a', ...common },
    { type: 'rename', path: '/r/b', from: '/r/a', stamp: '1', ...common },
  ]);
});
