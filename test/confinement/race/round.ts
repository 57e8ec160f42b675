import type { OperationName } from '../vocabulary.js';
import type { RaceMode } from './modes.js';

/** One call of a round. Names with a number are new in every round. */
export interface RaceCall {
  readonly operation: OperationName;
  readonly path: string;
  readonly to?: string;
}

const onFiles: readonly OperationName[] = [
  'readFile',
  'readFileBytes',
  'readFileOrUndefined',
  'readFiles',
  'readSnippets',
  'createReadStream',
  'scanChanges',
  'stat',
  'statLink',
  'previewSnippets',
  'writeFile',
  'writeExisting',
  'writeFiles',
  'writeSnippets',
  'updateFile',
  'createFile',
  'createFiles',
  'createFileReplacing',
  'createFileKeeping',
];
const onDirectories: readonly OperationName[] = [
  'listDirectory',
  'listDirectoryTypes',
  'listFiles',
  'listFilesHashed',
  'stat',
];

/** Every operation on every contested path. The seed file is made by the round itself, inside, and then moved about. */
export function callsOfRound(mode: RaceMode, number: number): readonly RaceCall[] {
  const calls: RaceCall[] = [];
  for (const path of mode.files) {
    for (const operation of onFiles) calls.push({ operation, path });
    calls.push({ operation: 'rename', path: `ws/seed-${number}`, to: path });
    // Rarely, or there would be little left to read.
    if (number % 4 === 0) calls.push({ operation: 'removeFile', path });
    if (number % 4 === 2) calls.push({ operation: 'renameNew', path, to: `ws/moved-${number}` });
  }
  for (const path of mode.directories) {
    for (const operation of onDirectories) calls.push({ operation, path });
    calls.push(
      { operation: 'createFile', path: `${path}/new-${number}` },
      { operation: 'createFile', path: `${path}/deep-${number}/er/f` },
      { operation: 'createFileAlone', path: `${path}/alone-${number}` },
      { operation: 'createDirectory', path: `${path}/made-${number}/er` },
      { operation: 'createDirectoryAlone', path: `${path}/plain-${number}` },
      { operation: 'renameNew', path: `ws/spare-${number}`, to: `${path}/moved-in-${number}` },
      { operation: 'removeFile', path: `${path}/new-${number - 1}` },
      { operation: 'removeTree', path: `${path}/deep-${number - 1}` },
      { operation: 'removeDirectory', path: `${path}/plain-${number - 1}` },
      { operation: 'renameNew', path: `${path}/made-${number - 1}`, to: `ws/taken-out-${number}` },
    );
    if (mode.removesTrees === true && number % 3 === 0) calls.push({ operation: 'removeTree', path });
  }
  return calls;
}

/** Made before the round: files of our own to be renamed to contested names. */
export function seedsOfRound(number: number): readonly RaceCall[] {
  return [
    { operation: 'createFile', path: `ws/seed-${number}` },
    { operation: 'createFile', path: `ws/spare-${number}` },
  ];
}
