// @ts-check
// What a path argument may be on POSIX systems, and what it means. Source: path_resolution(7), and docs/guarantees.md.
import { pathToFileURL } from 'node:url';
import { invalid, outside, raw, value } from './words.mjs';

const f = { 'ws/f': 'in' };
const isRoot = ['INVALID', 'NOTEMPTY', 'ISDIR', 'BUSY'];
const noFile = ['INVALID', 'ISDIR', 'NOTFOUND', 'NOTDIR'];

/** @type {readonly import('./words.mjs').Case[]} */
const spellings = [
  { name: 'a dot', operation: 'listDirectory', path: raw('.'), expect: invalid },
  { name: 'the empty text', operation: 'readFile', path: raw(''), expect: invalid },
  { name: 'a relative path', files: f, operation: 'readFile', path: raw('ws/f'), expect: invalid },
  { name: 'a path with a tilde', operation: 'readFile', path: raw('~/ws/f'), expect: invalid },
  { name: 'a URL as text', files: f, operation: 'readFile', path: raw('file://@/ws/f'), expect: invalid },
  { name: 'a path after a space', files: f, operation: 'readFile', path: raw(' @/ws/f'), expect: invalid },
  { name: 'a path in quotation marks', files: f, operation: 'readFile', path: raw('"@/ws/f"'), expect: invalid },
  { name: 'NUL at the end', files: f, operation: 'readFile', path: raw('@/ws/f\0'), expect: invalid },
  { name: 'NUL in the middle', files: f, operation: 'writeFile', path: raw('@/ws/f\0/x'), expect: invalid },
  {
    name: 'a lone surrogate, which would become the name of another file',
    files: { 'ws/\ufffd': 'alias' },
    operation: 'readFile',
    path: raw('@/ws/\ud800'),
    expect: invalid,
  },
  { name: 'a lone surrogate to create', operation: 'createFile', path: raw('@/ws/\udc00'), expect: invalid },
  { name: 'a number', operation: 'readFile', path: value(() => 42), expect: invalid },
  { name: 'null', operation: 'readFile', path: value(() => null), expect: invalid },
  { name: 'an array', files: f, operation: 'readFile', path: value((arena) => [`${arena}/ws/f`]), expect: invalid },
  {
    name: 'a String object',
    operation: 'readFile',
    path: value((arena) => new String(`${arena}/ws/f`)),
    expect: invalid,
  },
  {
    name: 'an object that is another text each time',
    files: f,
    operation: 'readFile',
    path: value((arena) => {
      let times = 0;
      return { toString: () => `${arena}/${times++ === 0 ? 'ws/f' : 'out/secret'}` };
    }),
    expect: invalid,
  },
  {
    name: 'a buffer',
    files: f,
    operation: 'readFile',
    path: value((arena) => Buffer.from(`${arena}/ws/f`)),
    expect: invalid,
  },
  {
    name: 'a file URL',
    files: f,
    operation: 'readFile',
    path: value((arena) => pathToFileURL(`${arena}/ws/f`)),
    expect: ['ok=in'],
  },
  {
    name: 'a file URL with an encoded slash',
    operation: 'readFile',
    path: value((arena) => new URL(`${pathToFileURL(`${arena}/ws`).href}/..%2Fout%2Fsecret`)),
    expect: invalid,
  },
  {
    name: 'a file URL of another host',
    operation: 'readFile',
    path: value((arena) => new URL(`file://host${pathToFileURL(`${arena}/ws/f`).pathname}`)),
    expect: invalid,
  },
  {
    name: 'a URL of another scheme',
    operation: 'readFile',
    path: value(() => new URL('http://localhost/ws/f')),
    expect: invalid,
  },
];

/** @type {readonly import('./words.mjs').Case[]} */
const dots = [
  { name: 'the root itself, to read', operation: 'readFile', path: 'ws', expect: ['ISDIR', 'INVALID'] },
  { name: 'the root itself, to list', files: f, operation: 'listDirectory', path: 'ws', expect: ['ok=f'] },
  { name: 'the root and a dot', files: f, operation: 'listDirectory', path: 'ws/.', expect: ['ok=f'] },
  { name: 'the root and a slash, to remove', operation: 'removeFile', path: 'ws/', expect: isRoot },
  {
    name: 'the root by dots, to remove',
    directories: ['ws/a'],
    operation: 'removeTree',
    path: 'ws/a/..',
    expect: isRoot,
  },
  {
    name: 'the root as the target of a rename',
    directories: ['ws/a'],
    operation: 'rename',
    path: 'ws/a',
    to: 'ws',
    expect: [...isRoot, 'EXISTS'],
  },
  { name: 'slashes in a row', files: { 'ws/a/f': 'in' }, operation: 'readFile', path: 'ws//a///f', expect: ['ok=in'] },
  {
    name: 'dots that stay inside',
    files: { 'ws/a/b/f': 'in' },
    operation: 'readFile',
    path: 'ws/a/../a/b/../../a/b/../b/f',
    expect: ['ok=in'],
  },
  {
    name: 'dots after a file',
    files: { ...f, 'ws/g': 'other' },
    operation: 'readFile',
    path: 'ws/g/../f',
    expect: ['ok=in'],
  },
  { name: 'dots that lead out', operation: 'readFile', path: 'ws/../out/secret', expect: outside },
  { name: 'dots that lead out, to list', operation: 'listDirectory', path: 'ws/..', expect: outside },
  {
    name: 'dots that lead out, to make a directory',
    operation: 'createDirectory',
    path: 'ws/../out/new',
    expect: outside,
  },
  { name: 'dots that lead out, to remove', operation: 'removeFile', path: 'ws/../out/secret', expect: outside },
  {
    name: 'dots that lead out, to rename from',
    operation: 'rename',
    path: 'ws/../out/secret',
    to: 'ws/got',
    expect: outside,
  },
  {
    name: 'dots that lead out, to rename to',
    files: f,
    operation: 'rename',
    path: 'ws/f',
    to: 'ws/../out/f',
    expect: outside,
  },
  { name: 'dots above the top', operation: 'readFile', path: raw('/../../../../@/out/secret'), expect: outside },
  {
    name: 'ten thousand dots',
    files: { ...f, 'ws/a/g': '' },
    operation: 'readFile',
    path: value((arena) => `${arena}/ws/${'a/../'.repeat(10_000)}f`),
    expect: ['ok=in', 'NAMETOOLONG', 'INVALID'],
  },
];

/** @type {readonly import('./words.mjs').Case[]} */
const places = [
  { name: 'the top of the file system', operation: 'listDirectory', path: raw('/'), expect: outside },
  ...[
    'readFile',
    'readFiles',
    'readSnippets',
    'readStream',
    'scanChanges',
    'stat',
    'lock',
    'writeFile',
    'writeFiles',
    'writeSnippets',
    'updateFile',
    'createFile',
    'createFiles',
    'removeFile',
    'rename',
  ].map((operation) => ({
    name: `a file outside, to ${operation}`,
    operation,
    path: 'out/secret',
    to: 'ws/got',
    expect: outside,
  })),
  ...['listDirectory', 'listFiles', 'createDirectory', 'removeDirectory', 'removeTree', 'capabilities'].map(
    (operation) => ({ name: `a directory outside, to ${operation}`, operation, path: 'out', expect: outside }),
  ),
  {
    name: 'what is missing outside, which must not be told from what is there',
    operation: 'readFile',
    path: 'out/missing',
    expect: outside,
  },
  {
    name: 'a sibling whose name begins like the root',
    files: { 'ws-evil/secret': 'SECRET' },
    operation: 'readFile',
    path: 'ws-evil/secret',
    expect: outside,
  },
  {
    name: 'a new file in such a sibling',
    directories: ['ws-evil'],
    operation: 'createFile',
    path: 'ws-evil/a/b',
    expect: outside,
  },
  {
    name: 'a rename into such a sibling',
    files: f,
    directories: ['ws-evil'],
    operation: 'rename',
    path: 'ws/f',
    to: 'ws-evil/f',
    expect: outside,
  },
  {
    name: 'a root that is no pattern',
    files: { 'w.s/f': 'in', 'wxs/f': 'SECRET' },
    roots: ['w.s'],
    operation: 'readFile',
    path: 'wxs/f',
    expect: outside,
  },
  {
    name: 'a file with a slash, to write',
    files: f,
    operation: 'writeFile',
    path: 'ws/f/',
    expect: ['NOTDIR', 'ISDIR', 'INVALID'],
  },
  {
    name: 'a file with a slash, to remove',
    files: f,
    operation: 'removeFile',
    path: 'ws/f/',
    expect: ['NOTDIR', 'INVALID'],
  },
  { name: 'a new name with a slash, to write', operation: 'writeFile', path: 'ws/new/', expect: noFile },
  { name: 'a new name with a slash, to create', operation: 'createFile', path: 'ws/new/', expect: noFile },
  {
    name: 'a directory with a slash, to list',
    files: { 'ws/a/f': 'in' },
    operation: 'listDirectory',
    path: 'ws/a/',
    expect: ['ok=f'],
  },
  { name: 'a directory with a slash, to make', operation: 'createDirectory', path: 'ws/a/b/', expect: ['ok=created'] },
  {
    name: 'a rename onto itself',
    files: f,
    operation: 'rename',
    path: 'ws/f',
    to: 'ws/./f',
    expect: ['ok', 'INVALID', 'EXISTS'],
    after: f,
  },
  { name: 'a name of 255 letters', operation: 'createFile', path: `ws/${'n'.repeat(255)}`, expect: ['ok=created'] },
  { name: 'a name of 256 letters', operation: 'createFile', path: `ws/${'n'.repeat(256)}`, expect: ['NAMETOOLONG'] },
  {
    name: 'a name of 70,000 letters',
    operation: 'writeFile',
    path: `ws/${'x'.repeat(70_000)}`,
    expect: ['NAMETOOLONG', 'INVALID'],
  },
  {
    name: 'a directory two hundred levels down',
    operation: 'createFile',
    path: `ws${'/d'.repeat(200)}/f`,
    expect: ['ok=created'],
  },
  {
    name: 'a name that is reserved for the library',
    operation: 'createFile',
    path: 'ws/.ploke-io/owner',
    expect: invalid,
  },
];

/** Names that mean something elsewhere: here they are taken as they are, and never expanded, decoded or trimmed. */
const plainNames = [
  'a\nb',
  'a\\b',
  '..\\x',
  'C:foo',
  'CON',
  'NUL.txt',
  '-rf',
  '...',
  'f.',
  'f ',
  '"f"',
  '*',
  '$HOME',
  '😀',
  '\u202efdp',
  '..%2fout',
];

/** @type {readonly import('./words.mjs').Case[]} */
export const posixArguments = [
  ...spellings,
  ...dots,
  ...places,
  ...plainNames.map((name) => ({
    name: `the plain name ${JSON.stringify(name)}`,
    operation: 'createFile',
    path: `ws/${name}`,
    expect: ['ok=created'],
    after: { [`ws/${name}`]: 'new' },
  })),
];
