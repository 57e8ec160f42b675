import { describe, expect, test } from 'vitest';
import { coalesce } from '../../../src/events/coalesce.js';
import type { EntryChange } from '../../../src/events/entry-change.js';
import { checkCoalesced } from '../../support/coalesced.js';
import { changeOf, spell } from '../../support/spelt-changes.js';

describe('one entry', () => {
  checkCoalesced([
    ['no change is none', [], []],
    ['one change stays as it is', ['rename a b over file =1 @v !x'], ['rename a b over file =1 @v !x']],
    ['created and removed is nothing', ['create a', 'remove a'], []],
    ['created and updated is created with the last stamp', ['create a =1 @u', 'update a =2 @v'], ['create a =2 @v']],
    ['of several updates the last is told', ['update a =1', 'update a =2', 'update a =3 @v'], ['update a =3 @v']],
    ['updated and removed is removed', ['update a =1 @u', 'remove a @v'], ['remove a @v']],
    ['a removal that does not know the version has the last one', ['update a @u', 'remove a'], ['remove a @u']],
    ['removed and created is updated', ['remove a @u', 'create a =1 @v'], ['update a =1 @v']],
    ['removed and created with the same version is updated', ['remove a @v', 'create a =1 @v'], ['update a =1 @v']],
    ['removed, created and updated is updated', ['remove a', 'create a =1', 'update a =2'], ['update a =2']],
    ['removed, created and removed is removed', ['remove a', 'create a', 'remove a'], ['remove a']],
    [
      'a file that became a directory is removed and created',
      ['remove a', 'create a/ =1'],
      ['remove a', 'create a/ =1'],
    ],
    [
      'changes of different entries stay in their order',
      ['create b', 'update a', 'remove c'],
      ['create b', 'update a', 'remove c'],
    ],
  ]);
});

describe('directories', () => {
  checkCoalesced([
    [
      'a removed directory swallows what happened below it',
      ['create d/a', 'update d/b', 'remove d/c', 'remove d/'],
      ['remove d/'],
    ],
    [
      'a directory that came and went takes everything with it',
      ['create d/', 'create d/e/', 'create d/e/a', 'remove d/'],
      [],
    ],
    [
      'a directory that was removed and made again is both, in order',
      ['remove d/', 'create d/ =1'],
      ['remove d/', 'create d/ =1'],
    ],
    [
      'what was removed with a directory and created in the new one is created',
      ['remove d/a', 'remove d/', 'create d/', 'create d/a =1'],
      ['remove d/', 'create d/', 'create d/a =1'],
    ],
    ['only what was in the removed directory is swallowed', ['update da', 'remove d/'], ['update da', 'remove d/']],
    [
      'what left a directory before its removal is moved first',
      ['rename d/a a', 'remove d/'],
      ['rename d/a a', 'remove d/'],
    ],
    [
      'what was moved into a directory that is removed is removed from where it was',
      ['rename a d/a', 'remove d/'],
      ['remove a', 'remove d/'],
    ],
    [
      'what was moved into a directory that came and went is removed from where it was',
      ['create d/', 'rename a d/a', 'remove d/'],
      ['remove a'],
    ],
    [
      'what is saved from a directory in a removed one leaves before the removal of the outer one',
      ['rename d/ f/', 'rename f/e/a a =1', 'remove f/e/', 'remove f/'],
      ['rename d/e/a a =1', 'remove d/'],
    ],
    [
      'what is saved from two levels of removed directories leaves both',
      ['rename d/e/a a', 'remove d/e/', 'remove d/'],
      ['rename d/e/a a', 'remove d/'],
    ],
  ]);
});

describe('origins', () => {
  checkCoalesced([
    [
      'of one origin, merged or not, keep it',
      ['create a !x', 'update a =1 !x', 'update b !x'],
      ['create a =1 !x', 'update b !x'],
    ],
    ['of different origins have none', ['create a !x', 'update a =1 !y'], ['create a =1']],
    ['of an origin and of nobody have none', ['update a', 'update a =1 !x'], ['update a =1']],
    ['a removal after an update by another has none', ['update a !x', 'remove a !y'], ['remove a']],
    ['an atomic save keeps its origin', ['create t !x', 'rename t a over file =1 !x'], ['update a =1 !x']],
    [
      'an atomic save over an update by another has none',
      ['update a !y', 'create t !x', 'rename t a over file =1 !x'],
      ['update a =1'],
    ],
    [
      'a rename and an update are told apart',
      ['update a =1 !x', 'rename a b =2 !y'],
      ['rename a b =2 !y', 'update b =2 !x'],
    ],
    ['a chain of renames by two has none', ['rename a b !x', 'rename b c =1 !y'], ['rename a c =1']],
    [
      'an update on a way there and back has none',
      ['rename a b !x', 'update b !y', 'rename b a =1 !x'],
      ['update a =1'],
    ],
    ['a removed directory keeps that of its removal', ['update d/a !x', 'remove d/ !y'], ['remove d/ !y']],
    ['a rename that nobody saw has none', ['remove a @v !x', 'create b =1 @v'], ['rename a b =1 @v']],
    [
      'a rename onto what another has removed has none',
      ['remove a !x', 'rename b a =1 !y'],
      ['rename b a over file =1'],
    ],
  ]);
});

test('leaves its argument as it is', () => {
  const changes: readonly EntryChange[] = Object.freeze(
    ['create t =1', 'rename t a over file =2'].map((change) => Object.freeze(changeOf(change))),
  );
  expect(coalesce(changes).map(spell)).toEqual(['update a =2']);
});
