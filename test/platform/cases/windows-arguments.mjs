// @ts-check
// What a path argument may be on Windows. Source: Microsoft Learn, "Naming Files, Paths, and Namespaces" and "File path
// formats on Windows systems".
import { pathToFileURL } from 'node:url';
import { invalid, outside, raw, refusedName, value } from './words.mjs';

const f = { 'ws/f': 'in' };
const tree = { 'ws/f': 'in', 'ws/d/f': 'in' };
const isRoot = ['INVALID', 'NOTEMPTY', 'ISDIR', 'BUSY'];
const noFile = ['INVALID', 'ISDIR', 'NOTFOUND', 'NOTDIR'];

/** Reserved in every directory and with any extension; refused on all versions of Windows, whatever the present one does. */
const devices = [
  'CON',
  'AUX',
  'PRN',
  'NUL',
  'nul',
  'COM1',
  'LPT9',
  'COM\u00b2',
  'LPT\u00b3',
  'CONIN$',
  'CONOUT$',
  'conin$',
  'nul.',
  'NUL.txt',
  'con.tar.gz',
  'a\\NUL',
  'NUL\\a',
  'aux .x',
];

const noDevices = ['CONx', 'xCON', 'NULL', 'COMa', 'COM0x', 'CONIN', 'LPT', 'CON-1'];

/** None of them is the absolute path of a drive. */
const forms = {
  'a relative path': 'ws\\f',
  'a dot': '.',
  'the empty text': '',
  'a path relative to a drive': 'C:foo',
  'dots relative to a drive': 'C:..\\x',
  'a drive alone': 'C:',
  'a path relative to the present drive': '\\ws\\f',
  'the same with a slash': '/ws/f',
  'a share': '\\\\host\\share\\f',
  'a share with slashes': '//host/share/f',
  'the administrative share of this machine': '\\\\localhost\\C$\\ws\\f',
  'a path in the device namespace': '\\\\.\\C:\\ws\\f',
  'a disk': '\\\\.\\PhysicalDrive0',
  'a pipe': '\\\\.\\pipe\\x',
  'the global root': '\\\\?\\GLOBALROOT\\Device\\HarddiskVolume1\\f',
  'a share in the device namespace': '\\\\.\\UNC\\host\\share\\f',
  'a share with a verbatim prefix': '\\\\?\\UNC\\host\\share\\f',
  'a volume by its id': '\\\\?\\Volume{00000000-0000-0000-0000-000000000000}\\f',
  'a verbatim prefix of mixed slashes': '/\\?\\C:\\ws\\f',
  'a prefix of the object manager': '\\??\\C:\\ws\\f',
  'a URL as text': 'file:///C:/ws/f',
};

/** Win32 strips them from the end of a name, so that the checked name and the opened one would differ. */
const trails = [
  'ws\\f...',
  'ws\\f.',
  'ws\\f ',
  'ws\\f . ',
  'ws\\d.\\f',
  'ws\\d \\f',
  'ws\\. .\\out\\secret',
  'ws\\.. \\out\\secret',
];

/** A colon after the drive names a stream of a file. */
const streams = [
  'ws\\f:stream',
  'ws\\f::$DATA',
  'ws\\d::$INDEX_ALLOCATION',
  'ws\\.git::$INDEX_ALLOCATION\\config',
  'ws\\a:b\\c',
  'ws\\:x',
];

/** @type {readonly import('./words.mjs').Case[]} */
const ours = [
  { name: 'NUL at the end', files: f, operation: 'readFile', path: raw('@\\ws\\f\0'), expect: invalid },
  { name: 'a lone surrogate', operation: 'createFile', path: raw('@\\ws\\\ud800'), expect: invalid },
  { name: 'a number', operation: 'readFile', path: value(() => 42), expect: invalid },
  { name: 'an array', files: f, operation: 'readFile', path: value((arena) => [`${arena}\\ws\\f`]), expect: invalid },
  {
    name: 'a file URL',
    files: f,
    operation: 'readFile',
    path: value((arena) => pathToFileURL(`${arena}\\ws\\f`)),
    expect: ['ok=in'],
  },
  {
    name: 'a file URL with an encoded backslash',
    operation: 'readFile',
    path: value((arena) => new URL(`${pathToFileURL(`${arena}\\ws`).href}/..%5Cout%5Csecret`)),
    expect: invalid,
  },
  {
    name: 'a file URL of another host',
    operation: 'readFile',
    path: value(() => new URL('file://host/share/f')),
    expect: refusedName,
  },
  {
    name: 'slashes of both kinds',
    files: { 'ws/a/f': 'in' },
    operation: 'readFile',
    path: raw('@\\ws/a\\f'),
    expect: ['ok=in'],
  },
  {
    name: 'slashes in a row',
    files: { 'ws/a/f': 'in' },
    operation: 'readFile',
    path: raw('@\\ws\\\\a//f'),
    expect: ['ok=in'],
  },
  {
    name: 'a verbatim prefix of the root',
    files: f,
    operation: 'readFile',
    path: raw('\\\\?\\@\\ws\\f'),
    expect: ['ok=in', ...refusedName],
  },
  {
    name: 'dots behind a verbatim prefix',
    operation: 'readFile',
    path: raw('\\\\?\\@\\ws\\..\\out\\secret'),
    expect: refusedName,
  },
  {
    name: 'a question mark that cleaning would bring to the front',
    operation: 'readFile',
    path: raw('@\\ws\\..\\?\\x'),
    expect: refusedName,
  },
  {
    name: 'dots that stay inside',
    files: { 'ws/a/b/f': 'in' },
    operation: 'readFile',
    path: 'ws\\a\\..\\a\\b\\..\\b\\f',
    expect: ['ok=in'],
  },
  { name: 'dots that lead out', operation: 'readFile', path: 'ws\\..\\out\\secret', expect: outside },
  { name: 'dots that lead out by slashes', operation: 'writeFile', path: 'ws/../out/secret', expect: outside },
  {
    name: 'dots above the top',
    operation: 'readFile',
    path: value((arena) => `${arena.slice(0, 3)}..\\..\\..${arena.slice(2)}\\out\\secret`),
    expect: outside,
  },
  { name: 'the root itself, to read', operation: 'readFile', path: 'ws', expect: ['ISDIR', 'INVALID'] },
  { name: 'the root itself, to list', files: f, operation: 'listDirectory', path: 'ws', expect: ['ok=f'] },
  { name: 'the root and a backslash, to remove', operation: 'removeTree', path: 'ws\\', expect: isRoot },
  {
    name: 'the root of the drive',
    operation: 'listDirectory',
    path: value((arena) => arena.slice(0, 3)),
    expect: outside,
  },
  { name: 'a file with a backslash, to write', files: f, operation: 'writeFile', path: 'ws\\f\\', expect: noFile },
  { name: 'a new name with a backslash, to create', operation: 'createFile', path: 'ws\\new\\', expect: noFile },
  {
    name: 'a directory with a backslash, to list',
    files: { 'ws/a/f': 'in' },
    operation: 'listDirectory',
    path: 'ws\\a\\',
    expect: ['ok=f'],
  },
  ...[
    'readFile',
    'readSnippets',
    'readStream',
    'scanChanges',
    'stat',
    'lock',
    'writeFile',
    'writeSnippets',
    'updateFile',
    'createFile',
    'removeFile',
    'rename',
  ].map((operation) => ({
    name: `a file outside, to ${operation}`,
    operation,
    path: 'out\\secret',
    to: 'ws\\got',
    expect: outside,
  })),
  ...['listDirectory', 'listFiles', 'createDirectory', 'removeTree', 'capabilities'].map((operation) => ({
    name: `a directory outside, to ${operation}`,
    operation,
    path: 'out',
    expect: outside,
  })),
  {
    name: 'what is missing outside, which must not be told from what is there',
    operation: 'readFile',
    path: 'out\\missing',
    expect: outside,
  },
  {
    name: 'a sibling whose name begins like the root',
    files: { 'ws-evil/secret': 'SECRET' },
    operation: 'readFile',
    path: 'ws-evil\\secret',
    expect: outside,
  },
  { name: 'a rename to outside', files: f, operation: 'rename', path: 'ws\\f', to: 'out\\f', expect: outside },
  { name: 'another case of the root', files: f, operation: 'readFile', path: 'WS\\F', expect: ['ok=in', 'OUTSIDE'] },
  {
    name: 'another case below the root',
    files: { 'ws/Dir/File': 'in' },
    operation: 'readFile',
    path: 'ws\\dIR\\fILE',
    expect: ['ok=in', 'NOTFOUND'],
  },
  {
    name: 'a letter that only some locales fold',
    files: { 'ws/file': 'in' },
    operation: 'readFile',
    path: 'ws\\F\u0130LE',
    expect: ['NOTFOUND'],
  },
  {
    name: 'the short name of the root',
    files: { 'workspace-long/f': 'in' },
    roots: ['workspace-long'],
    operation: 'readFile',
    path: 'WORKSP~1\\f',
    expect: ['ok=in', 'OUTSIDE'],
  },
  {
    name: 'a path of more than 260 letters',
    operation: 'createFile',
    path: `ws${`\\${'d'.repeat(100)}`.repeat(3)}\\f`,
    expect: ['ok=created'],
  },
  {
    name: 'a name of 256 letters',
    operation: 'createFile',
    path: `ws\\${'n'.repeat(256)}`,
    expect: ['NAMETOOLONG', 'INVALID', 'NOTFOUND'],
  },
  {
    name: 'a name that is reserved for the library',
    operation: 'createFile',
    path: 'ws\\.ploke-io\\owner',
    expect: invalid,
  },
  { name: 'the same in another case', operation: 'createFile', path: 'ws\\.PLOKE-IO\\owner', expect: invalid },
  ...['<', '>', '"', '|', '?', '*', '\u0001'].map((letter) => ({
    name: `the letter ${JSON.stringify(letter)}`,
    operation: 'createFile',
    path: `ws\\a${letter}b`,
    expect: invalid,
  })),
  ...['a b', '-rf', '.hidden', '😀', 'a%41', '$HOME', "it's", 'x;y'].map((name) => ({
    name: `the plain name ${JSON.stringify(name)}`,
    operation: 'createFile',
    path: `ws\\${name}`,
    expect: ['ok=created'],
    after: { [`ws/${name}`]: 'new' },
  })),
];

/** @type {readonly import('./words.mjs').Case[]} */
export const windowsArguments = [
  ...devices.map((name) => ({
    name: `the device ${JSON.stringify(name)}`,
    operation: 'readFile',
    path: `ws\\${name}`,
    expect: invalid,
  })),
  ...['NUL', 'con.txt'].map((name) => ({
    name: `the device ${JSON.stringify(name)}, to create`,
    operation: 'createFile',
    path: `ws\\${name}`,
    expect: invalid,
  })),
  ...noDevices.map((name) => ({
    name: `${JSON.stringify(name)}, which is no device`,
    operation: 'createFile',
    path: `ws\\${name}`,
    expect: ['ok=created'],
  })),
  ...Object.entries(forms).map(([name, path]) => ({
    name,
    operation: 'readFile',
    path: raw(path),
    expect: refusedName,
  })),
  ...trails.map((path) => ({
    name: `dots or spaces at the end: ${JSON.stringify(path)}`,
    files: tree,
    operation: 'readFile',
    path,
    expect: [...refusedName, 'NOTFOUND'],
  })),
  ...streams.map((path) => ({
    name: `a stream: ${JSON.stringify(path)}`,
    files: tree,
    operation: 'writeFile',
    path,
    expect: invalid,
  })),
  ...ours,
];
