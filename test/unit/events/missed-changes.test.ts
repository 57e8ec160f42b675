import { describe, expect, test } from 'vitest';
import { toEventBody } from '../../../src/events/file-event.js';
import { MissedChanges } from '../../../src/events/missed-changes.js';
import { listingView } from '../../support/listing-view.js';
import { apply, type ListedEntry } from '../../support/replay.js';
import { changeOf, spell } from '../../support/spelt-changes.js';

/**
 * What is told of a tree that had `before` after changes of which those that begin with `+` were delivered and the others
 * were lost.
 */
function told(before: readonly string[], changes: readonly string[]): string[] {
  const tree = new Map<string, ListedEntry>();
  for (const text of before) apply(tree, changeOf(`create ${text}`));
  const missed = new MissedChanges();
  for (const text of changes) {
    const isDelivered = text.startsWith('+');
    const body = toEventBody(changeOf(isDelivered ? text.slice(1) : text));
    apply(tree, body);
    if (isDelivered) missed.delivered(body);
    else missed.add(body);
  }
  const bodies: string[] = [];
  while (missed.size > 0) {
    for (const body of missed.next(listingView('/r', () => tree))) bodies.push(spell({ ...body, version: '' }));
  }
  return bodies;
}

type Row = readonly [what: string, before: readonly string[], changes: readonly string[], expected: readonly string[]];

function check(rows: readonly Row[]): void {
  test.each(rows)('%s', (_what, before, changes, expected) => {
    expect(told(before, changes)).toEqual(expected);
  });
}

describe('of a file', () => {
  check([
    ['what was known and is there is updated, once', ['a'], ['update a =1', 'update a =2'], ['update a =2']],
    ['what was not known and is there is created', [], ['create a =1', 'update a =2'], ['create a =2']],
    ['what was known and is gone is removed', ['a'], ['update a =1', 'remove a'], ['remove a']],
    ['what was not known and is gone is not told', [], ['create a', 'remove a'], []],
    ['what went and came is updated', ['a'], ['remove a', 'create a =1'], ['update a =1']],
    ['what was renamed is removed and created', ['a'], ['rename a b =1'], ['remove a', 'create b =1']],
    [
      'what a rename may have replaced is removed if nothing is there',
      ['a', 'b'],
      ['rename a b over file', 'remove b'],
      ['remove a', 'remove b'],
    ],
    [
      'what became a directory goes and comes with what is in it',
      ['a'],
      ['remove a', 'create a/ =1', 'create a/b =2'],
      ['remove a', 'create a/ =1', 'create a/b =2'],
    ],
  ]);
});

describe('of a directory', () => {
  check([
    [
      'one that was made is created, and what is in it has its own events',
      [],
      ['create d/ =1', '+create d/a =2'],
      ['create d/ =1'],
    ],
    ['one that was removed is removed once', ['d/', 'd/a'], ['update d/a =1', 'remove d/'], ['remove d/']],
    [
      'one that was removed and made again goes and comes with everything in it',
      ['d/', 'd/a', 'd/b'],
      ['remove d/', '+create d/ =1', '+create d/b =2'],
      ['remove d/', 'create d/ =1', 'create d/b =2'],
    ],
    [
      'one that was renamed goes, and comes with everything in it',
      ['d/', 'd/e/', 'd/e/a'],
      ['rename d/ f/ =1'],
      ['remove d/', 'create f/ =1', 'create f/e/', 'create f/e/a'],
    ],
    [
      'what was missed below one that is told as a whole is not told twice',
      ['d/', 'd/a'],
      ['rename d/ e/ =1', 'update e/a =2', 'create e/b =3', 'remove e/b'],
      ['remove d/', 'create e/ =1', 'create e/a =2'],
    ],
    [
      'one that was made, filled and removed is taken back for the sake of what was told of it',
      [],
      ['create d/', '+create d/a', 'remove d/'],
      ['remove d/'],
    ],
    [
      'what is told of an unknown one below its new name is taken back as well',
      ['d/'],
      ['rename d/ e/', '+create e/a', 'remove e/', 'create e/ =1'],
      ['remove d/', 'remove e/', 'create e/ =1'],
    ],
    [
      'one of which something was missed when it was renamed comes anew under the new name',
      ['d/', 'd/a'],
      ['update d/a =1', '+rename d/ e/ =2'],
      ['remove d/a', 'remove e/', 'create e/ =2', 'create e/a =1'],
    ],
    [
      'one of which nothing was missed is renamed',
      ['d/', 'd/a', 'b'],
      ['update b =1', '+rename d/ e/'],
      ['update b =1'],
    ],
  ]);
});

describe('what is told in which order', () => {
  check([
    [
      'a directory comes before what was missed in it earlier',
      ['d/', 'd/a'],
      ['update d/a', '+remove d/', 'create d/ =1', 'create d/a =2'],
      ['create d/ =1', 'update d/a =2'],
    ],
    [
      'a directory that took the place of a file takes along what was told of it',
      ['a'],
      ['remove a', 'create a/ =1', '+create a/b =2'],
      ['remove a', 'create a/ =1', 'create a/b =2'],
    ],
    [
      'what was told of a directory that is another one by now is taken back',
      [],
      ['create d/', '+create d/a', 'remove d/', 'create d/ =1'],
      ['remove d/', 'create d/ =1'],
    ],
  ]);
});

describe('a directory that was renamed since', () => {
  check([
    [
      'comes anew where it was another one than the subscriber believes',
      ['d/', 'd/a'],
      ['remove d/', '+create d/', '+rename d/ e/ =1'],
      ['remove e/', 'create e/ =1'],
    ],
    [
      'comes anew where it was in one of which nothing is known',
      ['x/', 'x/d/', 'x/d/a'],
      ['rename x/ y/', '+rename y/d/ e/ =1'],
      ['remove x/', 'create y/', 'remove e/', 'create e/ =1', 'create e/a'],
    ],
    [
      'comes anew where one of two things in it is still missed',
      ['d/', 'd/a', 'd/b'],
      ['update d/a', 'update d/b =1', '+update d/a =2', '+rename d/ e/ =3'],
      ['remove d/b', 'remove e/', 'create e/ =3', 'create e/a =2', 'create e/b =1'],
    ],
    [
      'is known where nothing in it is missed any more',
      ['d/', 'd/a', 'd/b'],
      ['update d/a', 'update d/b', '+update d/a', '+remove d/b', '+rename d/ e/ =3'],
      [],
    ],
  ]);
});

test('keeps nothing of what is below a directory that is told as a whole', () => {
  const missed = new MissedChanges();
  for (const change of ['rename d/ e/', 'update e/a', 'create e/f/', 'remove e/f/']) {
    missed.add(toEventBody(changeOf(change)));
  }
  expect(missed.size).toBe(2);
});

describe('what was delivered since', () => {
  check([
    ['an update tells of the path as it is', [], ['create a', '+update a =1'], []],
    ['a removal tells of the path as it is', ['a'], ['update a =1', '+remove a'], []],
    ['a rename tells of both paths as they are', ['a', 'b'], ['update a', 'remove b', '+rename a b'], []],
    ['a change that is lost after it is missed again', [], ['create a', '+update a =1', 'remove a'], ['remove a']],
  ]);
});

test('tells of no removal below a root that was taken out', () => {
  const missed = new MissedChanges();
  missed.add(toEventBody(changeOf('remove a', '/other')));
  expect(missed.next(listingView('/r', () => new Map()))).toEqual([]);
  expect(missed.size).toBe(0);
});

test('says nothing when nothing is missed', () => {
  expect(new MissedChanges().next(listingView('/r', () => new Map()))).toEqual([]);
});

test('tells of nobody as the origin', () => {
  const missed = new MissedChanges();
  missed.add(toEventBody(changeOf('remove a !x')));
  missed.add(toEventBody(changeOf('create b !x')));
  const view = listingView('/r', () => new Map([['/r/b', { entryType: 'file', stamp: '1' }]]));
  expect([...missed.next(view), ...missed.next(view)].map(({ origin }) => origin)).toEqual([null, null]);
});
