import { expect, test } from 'vitest';
import { IgnoreRules } from '../../../src/policy/ignore-rules.js';

test('the nearest file that speaks of a path decides', () => {
  const rules = IgnoreRules.ofRoot([]).with('*.log\nx\n', '').with('!keep.log\n', 'a/').with('x\n!x\n', 'a/b/');
  expect(rules.ignores('a/b/other.log')).toBe(true);
  expect(rules.ignores('a/b/keep.log')).toBe(false);
  expect(rules.ignores('a/b/x')).toBe(false);
  expect(rules.ignores('a/b/y')).toBe(false);
});

test("the caller's patterns decide first, in both directions", () => {
  const rules = IgnoreRules.ofRoot(['*.tmp', '!keep']).with('!a.tmp\nkeep\n', '');
  expect(rules.ignores('a.tmp')).toBe(true);
  expect(rules.ignores('keep')).toBe(false);
});

test('inside a directory that is entered in spite of a pattern, that pattern excludes nothing by the directory', () => {
  const rules = IgnoreRules.ofRoot(['we?ird [dir]/', '*.log']);
  expect(rules.ignores('we?ird [dir]/')).toBe(false);
  const modules = IgnoreRules.ofRoot(['a */', '*.log']);
  expect(modules.ignores('a *b/x')).toBe(true);
  const entered = modules.entering('a *b/');
  expect(entered.ignores('a *b/x')).toBe(false);
  expect(entered.ignores('a *b/x.log')).toBe(true);
  expect(entered.ignores('a cb/x')).toBe(true);
  expect(modules.entering('other/')).toBe(modules);
});

test('ten thousand paths are judged the same as the first', () => {
  const rules = IgnoreRules.ofRoot(['*.log']);
  for (let index = 0; index < 10_000; index++) {
    expect(rules.ignores(`d/${index}.${index % 2 === 0 ? 'log' : 'txt'}`)).toBe(index % 2 === 0);
  }
});
