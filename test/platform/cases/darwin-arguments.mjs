// @ts-check
// What is special about names on macOS: volumes that fold case and normalise, forks, file-id paths, and system folders that
// are links. Source: APFS Reference ("Case-insensitivity", "Normalization"), and the comments of xnu's vfs_lookup.c.
import { invalid, outside, raw } from './words.mjs';

/** @type {readonly import('./words.mjs').Case[]} */
export const darwinArguments = [
  {
    name: 'another case below the root',
    files: { 'ws/Dir/f': 'in' },
    operation: 'readFile',
    path: 'ws/dir/f',
    expect: ['ok=in', 'NOTFOUND'],
  },
  {
    name: 'another case of the root',
    files: { 'ws/f': 'in' },
    operation: 'readFile',
    path: 'WS/f',
    expect: ['ok=in', 'OUTSIDE'],
  },
  {
    name: 'another normal form of a name',
    files: { 'ws/\u00e9': 'in' },
    operation: 'writeFile',
    path: 'ws/e\u0301',
    expect: ['ok'],
  },
  {
    name: 'another normal form, to lock',
    files: { 'ws/\u00e9': 'in' },
    operation: 'lock',
    path: 'ws/e\u0301',
    expect: ['ok', 'NOTFOUND'],
  },
  {
    name: 'the resource fork of a file',
    files: { 'ws/f': 'in' },
    operation: 'readFile',
    path: 'ws/f/..namedfork/rsrc',
    expect: ['INVALID', 'NOTFOUND', 'NOTDIR'],
  },
  { name: 'a path by file id', operation: 'readFile', path: raw('/.vol/1/2'), expect: [...outside, ...invalid] },
  {
    name: 'the data volume by its other name',
    operation: 'listDirectory',
    path: raw('/System/Volumes/Data@/ws'),
    expect: ['OUTSIDE', 'ok'],
  },
];
