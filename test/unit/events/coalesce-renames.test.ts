import { describe, expect, test } from 'vitest';
import { coalesce } from '../../../src/events/coalesce.js';
import { checkCoalesced, coalesced } from '../../support/coalesced.js';
import { changeOf } from '../../support/spelt-changes.js';

describe('renames', () => {
  checkCoalesced([
    ['a chain is one', ['rename a b =1 @v', 'rename b c =2 @v'], ['rename a c =2 @v']],
    ['there and back is an update, for the stamp', ['rename a b =1 @v', 'rename b a =2 @v'], ['update a =2 @v']],
    [
      'there and back with an update between is an update',
      ['rename a b', 'update b =2', 'rename b a =3'],
      ['update a =3'],
    ],
    ['there and back with another version is an update', ['rename a b =1 @u', 'rename b a =2 @v'], ['update a =2 @v']],
    ['a directory is not updated by a version', ['rename d/ e/ @u', 'rename e/ f/ @v'], ['rename d/ f/ @v']],
    ['created and renamed is created there', ['create a =1', 'rename a b =2 @v'], ['create b =2 @v']],
    ['renamed and removed is removed from where it was', ['rename a b @v', 'remove b @v'], ['remove a @v']],
    [
      'updated and renamed is a rename and an update, with the later stamp',
      ['update a =1', 'rename a b =2 @v'],
      ['rename a b =2 @v', 'update b =2 @v'],
    ],
    [
      'renamed and updated is a rename and an update, with the later stamp',
      ['rename a b =1', 'update b =2', 'update b =3 @v'],
      ['rename a b =3 @v', 'update b =3 @v'],
    ],
    [
      'a version that changed between two renames is an update',
      ['rename a b =1 @u', 'rename b c =2 @v'],
      ['rename a c =2 @v', 'update c =2 @v'],
    ],
    [
      'what comes to the place that it left is created',
      ['rename a b =1', 'create a =2'],
      ['rename a b =1', 'create a =2'],
    ],
    [
      'a backup and a new file are told in the order in which they can be replayed',
      ['create t =2', 'rename a a~ =1', 'rename t a =3'],
      ['rename a a~ =1', 'create a =3'],
    ],
    [
      'a backup that is removed again leaves an update',
      ['rename a a~ =1', 'create a =2 @v', 'remove a~'],
      ['update a =2 @v'],
    ],
    [
      'names that were passed on one by one are passed on from the last',
      ['update a =1', 'rename b c =2', 'rename a b =3'],
      ['rename b c =2', 'rename a b =3', 'update b =3'],
    ],
  ]);
});

describe('renames onto something', () => {
  checkCoalesced([
    [
      'an atomic save is an update of the file',
      ['create t =1 @u', 'update t =2 @v', 'rename t a over file =3 @v'],
      ['update a =3 @v'],
    ],
    ['an atomic save of a new file is its creation', ['create t =1 @v', 'rename t a =2 @v'], ['create a =2 @v']],
    [
      'an atomic save of a file that was touched before is an update',
      ['update a =1', 'create t =2', 'rename t a =3 @v'],
      ['update a =3 @v'],
    ],
    [
      'a file that was there before replaces another by its rename',
      ['update a =1', 'rename b a over file =2'],
      ['rename b a over file =2'],
    ],
    [
      'what was removed is replaced by what takes its place',
      ['remove a', 'rename b a =1'],
      ['rename b a over file =1'],
    ],
    [
      'what was replaced stays gone when what replaced it moves on',
      ['rename b a over file =1', 'rename a c =2'],
      ['remove a', 'rename b c =2'],
    ],
    ['both are gone when what replaced it is removed', ['rename b a over file', 'remove a'], ['remove a', 'remove b']],
    [
      'what was replaced and made anew is updated',
      ['rename b a over file', 'rename a c', 'create a =1'],
      ['update a =1', 'rename b c'],
    ],
    [
      'a rename replaces an empty directory',
      ['update b =0', 'update b =1', 'rename d/ e/ over directory =2'],
      ['update b =1', 'rename d/ e/ over directory =2'],
    ],
    [
      'a rename that says it replaces what cannot be there replaces nothing',
      ['create a', 'remove a', 'rename b a over file =1'],
      ['rename b a =1'],
    ],
    [
      'a directory that was emptied first is removed with what was in it',
      ['remove e/a', 'remove e/b', 'rename d/ e/ over directory =1'],
      ['remove e/', 'rename d/ e/ =1'],
    ],
    [
      'a directory that everything was moved out of is replaced after that',
      ['rename e/a a =1', 'rename d/ e/ over directory =2'],
      ['rename e/a a =1', 'rename d/ e/ over directory =2'],
    ],
    [
      'a removed directory, of which nobody knows that it was empty, is removed',
      ['remove e/', 'rename d/ e/ =1'],
      ['remove e/', 'rename d/ e/ =1'],
    ],
    [
      'a directory takes the place of a file after its removal',
      ['remove a', 'rename d/ a/ =1'],
      ['remove a', 'rename d/ a/ =1'],
    ],
  ]);
});

describe('renames of directories', () => {
  checkCoalesced([
    [
      'what changed below before is told where it is by then',
      ['update d/a =1', 'create d/b =2', 'remove d/c', 'rename d/ e/ =3'],
      ['rename d/ e/ =3', 'update e/a =1', 'create e/b =2', 'remove e/c'],
    ],
    [
      'what was removed below before the rename is removed once',
      ['remove d/a', 'rename d/ e/', 'create e/a =1'],
      ['rename d/ e/', 'update e/a =1'],
    ],
    [
      'a directory made in the window is created where it is',
      ['create d/', 'create d/a', 'rename d/ e/'],
      ['create e/', 'create e/a'],
    ],
    [
      'what came and went below stays out of it',
      ['create d/a', 'rename d/ e/', 'remove e/a', 'rename e/ f/ =2'],
      ['rename d/ f/ =2'],
    ],
    [
      'what moves into a directory follows it',
      ['rename a d/a =1', 'rename d/ e/ =2'],
      ['rename d/ e/ =2', 'rename a e/a =1'],
    ],
    [
      'what takes the place of the directory that it was in moves after it',
      ['rename d/ e/ =1', 'rename e/a d =2'],
      ['rename d/ e/ =1', 'rename e/a d =2'],
    ],
    [
      'the directory that is made where another one was is another one',
      ['update d/a =1', 'rename d/ e/ =2', 'create d/ =3', 'create d/a =4'],
      ['rename d/ e/ =2', 'update e/a =1', 'create d/ =3', 'create d/a =4'],
    ],
  ]);
});

describe('renames that nobody saw', () => {
  checkCoalesced([
    ['a removal and a creation with one version are a rename', ['remove a @v', 'create b =1 @v'], ['rename a b =1 @v']],
    ['so are a creation and a removal', ['create b =1 @v', 'remove a @v'], ['rename a b =1 @v']],
    [
      'an update of either is told',
      ['update a @v', 'remove a @v', 'create b =1 @v'],
      ['rename a b =1 @v', 'update b =1 @v'],
    ],
    [
      'an update after it is told',
      ['remove a @v', 'create b =1 @v', 'update b =2 @v'],
      ['rename a b =2 @v', 'update b =2 @v'],
    ],
    ['the version must be known', ['remove a', 'create b =1'], ['remove a', 'create b =1']],
    ['the versions must be the same', ['remove a @u', 'create b =1 @v'], ['remove a @u', 'create b =1 @v']],
    ['the types must be the same', ['remove a @v', 'create b.link =1 @v'], ['remove a @v', 'create b.link =1 @v']],
    ['directories are not paired', ['remove d/ @v', 'create e/ =1 @v'], ['remove d/ @v', 'create e/ =1 @v']],
    [
      'two that went are ambiguous',
      ['remove a @v', 'remove b @v', 'create c =1 @v'],
      ['remove a @v', 'remove b @v', 'create c =1 @v'],
    ],
    [
      'two that came are ambiguous',
      ['remove a @v', 'create b =1 @v', 'create c =2 @v'],
      ['remove a @v', 'create b =1 @v', 'create c =2 @v'],
    ],
    [
      'a rename out of a removed directory comes before the removal',
      ['remove d/a @v', 'remove d/ @w', 'create a =1 @v'],
      ['rename d/a a =1 @v', 'remove d/ @w'],
    ],
    [
      'two that would have to change places are updates',
      ['remove a @u', 'remove b @v', 'create a =1 @v', 'create b =2 @u'],
      ['update a =1 @v', 'update b =2 @u'],
    ],
    [
      'what would have to move into the place of its own directory is created',
      ['remove d/a @v', 'remove d/ @w', 'create d =1 @v'],
      ['remove d/ @w', 'create d =1 @v'],
    ],
  ]);

  test('are not found between two roots', () => {
    const changes = [changeOf('remove a @v', '/r'), changeOf('create a =1 @v', '/s')];
    expect(coalesce(changes)).toEqual(changes);
  });
});

describe('what is entangled', () => {
  const swap = ['rename a t =1', 'rename b a =2', 'rename t b =3'];
  const directorySwap = ['rename d/ t/ =1', 'rename e/ d/ =2', 'rename t/ e/ =3'];
  const wrapping = ['create t/', 'rename d/ t/d/', 'rename t/ d/'];
  checkCoalesced([
    ['two files that change places stay as they are', swap, swap],
    ['two directories that change places stay as they are', directorySwap, directorySwap],
    ['a directory that is wrapped into one of its own name stays as it is', wrapping, wrapping],
    [
      'the rest of the window is merged',
      [...swap, 'update c =4', 'update c =5', 'update c =6', 'update c =7', 'update c =8'],
      [...swap, 'update c =4', 'update c =8'],
    ],
    [
      'changes that contradict each other are passed on',
      ['create a =1', 'create a =2', 'remove b', 'update b =3'],
      ['create a =1', 'create a =2', 'remove b', 'update b =3'],
    ],
    [
      'a second creation does not hide the first',
      ['create a =1', 'update a =2', 'create a =3'],
      ['create a =1', 'update a =2', 'create a =3'],
    ],
    ['a directory is not moved into itself', ['update a =1', 'rename d/ d/e/'], ['update a =1', 'rename d/ d/e/']],
    [
      'nothing becomes longer by it',
      ['rename a b over file =1 @u', 'rename b c =2 @v'],
      ['rename a b over file =1 @u', 'rename b c =2 @v'],
    ],
  ]);

  test('a rotation of ten thousand names through ten thousand others needs no deeper stack', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => index);
    const changes = [
      ...names.map((index) => `rename log.${index} t.${index}`),
      ...names.map((index) => `rename t.${index} log.${index + 1}`),
    ];
    const expected = names.map((index) => `rename log.${index} log.${index + 1}`).reverse();
    expect(coalesced(changes)).toEqual(expected);
  });
});
