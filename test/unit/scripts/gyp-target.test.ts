import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { gypTarget } from '../../../scripts/prebuild/gyp-target.mjs';
import { parseGyp } from '../../../scripts/prebuild/gyp-text.mjs';
import { projectRoot } from '../../support/child.js';

const linux = { OS: 'linux', target_arch: 'x64' } as const;
const windows = { OS: 'win', target_arch: 'x64' } as const;

test('reads the literals of Python that a gyp file is made of', () => {
  const text = `# a comment\n{ 'a': ["x # no comment", 'it\\'s', 3,], # more\n  "b": {'c%': -1,}, }\n`;
  expect(parseGyp(text)).toEqual({ a: ['x # no comment', "it's", 3], b: { 'c%': -1 } });
});

test.each([
  ['{ "a": }', 'line 1: expected a value'],
  ['{\n "a": "b" "c": 1 }', 'line 2: expected , or }'],
  ['{ "a": 1, "a": 2 }', 'a is there twice'],
  ['{} {}', 'something follows the end'],
])('refuses %j', (text, problem) => {
  expect(() => parseGyp(text)).toThrow(problem);
});

test('takes what holds for the platform, and runs what is a command', () => {
  const text = `{ "targets": [{ "target_name": "t", "sources": ["all.cc"], "include_dirs": ["<!(echo here)"], "conditions": [
    ["OS=='win' and target_arch=='x64'", { "sources": ["win.cc"], "libraries": ["-lntdll.lib"] }, { "sources": ["other.cc"] }],
    ["OS!='win'", { "defines": ["POSIX=1"] }] ] }] }`;
  expect(gypTarget(text, windows, projectRoot)).toMatchObject({
    sources: ['all.cc', 'win.cc'],
    libraries: ['-lntdll.lib'],
    include_dirs: ['here'],
    defines: [],
  });
  expect(gypTarget(text, linux, projectRoot)).toMatchObject({ sources: ['all.cc', 'other.cc'], defines: ['POSIX=1'] });
});

test('refuses what it does not know, rather than building without it', () => {
  const target = (inside: string): string => `{ "targets": [{ "target_name": "t", ${inside} }] }`;
  expect(() => gypTarget(target('"actions": []'), linux, projectRoot)).toThrow('actions is not known');
  expect(() => gypTarget(target('"sources": ["<(x).cc"]'), linux, projectRoot)).toThrow('cannot expand <(x).cc');
  expect(() => gypTarget(target(`"conditions": [["clang==1", {}]]`), linux, projectRoot)).toThrow(
    'cannot judge clang==1',
  );
});

test('reads the binding.gyp of the project', () => {
  const text = readFileSync(path.join(projectRoot, 'binding.gyp'), 'utf8');
  const { sources, defines } = gypTarget(text, linux, projectRoot);
  expect(sources).toContain('native/linux.cc');
  expect(sources).toContain('native/binding.cc');
  expect(defines).toContain('NAPI_VERSION=8');
  expect(gypTarget(text, windows, projectRoot).sources).not.toContain('native/posix.cc');
});
