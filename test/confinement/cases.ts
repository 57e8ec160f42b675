import { argumentCases } from './cases/arguments.js';
import { linkReadCases } from './cases/link-read.js';
import { linkWriteCases } from './cases/link-write.js';
import { matrixCases } from './cases/matrix.js';
import { mountCases } from './cases/mounts.js';
import { nameCases } from './cases/names.js';
import { permissionCases } from './cases/permissions.js';
import { replaceCases } from './cases/replace.js';
import { rootCases } from './cases/roots.js';
import { specialCases } from './cases/special.js';
import type { ConfinementCase } from './vocabulary.js';

/** The whole table. What is written by hand comes first; the matrix runs every operation on every shape of a path. */
export const confinementCases: readonly ConfinementCase[] = [
  ...argumentCases,
  ...nameCases,
  ...linkReadCases,
  ...linkWriteCases,
  ...rootCases,
  ...specialCases,
  ...mountCases,
  ...replaceCases,
  ...permissionCases,
  ...matrixCases,
];

/**
 * Two refusals that a caller must not be able to tell apart: the second target exists, or is of another kind, or is
 * forbidden. Anything that differs is an oracle for what lies outside.
 */
export const indistinguishable: readonly (readonly [string, ...string[]])[] = [
  [
    'link-read/abs-out',
    'link-read/dangling-out',
    'link-read/outside-loop',
    'link-read/outside-through-file',
    'link-read/outside-missing-directory',
    'link-read/outside-name-too-long',
    'link-read/outside-directory',
    'link-read/outside-fifo',
    'permission/outside-forbidden',
    'permission/outside-unreadable-file',
  ],
  ['arg/outside-missing-read', 'matrix/outside-missing/readFile'],
  ...[
    'readFile',
    'readFiles',
    'readSnippets',
    'createReadStream',
    'scanChanges',
    'stat',
    'listDirectory',
    'listFiles',
    'writeFile',
    'writeExisting',
    'writeFiles',
    'writeSnippets',
    'previewSnippets',
    'updateFile',
  ].map(
    (operation) =>
      [
        `matrix/final-absolute-out/${operation}`,
        `matrix/final-dangling-out/${operation}`,
        `matrix/final-directory-out/${operation}`,
      ] as const,
  ),
  ...[
    'readFile',
    'stat',
    'listDirectory',
    'writeFile',
    'createFile',
    'removeFile',
    'rename',
    'createDirectory',
    'removeTree',
  ].map(
    (operation) =>
      [`matrix/directory-absolute-out/${operation}`, `matrix/directory-dangling-out/${operation}`] as const,
  ),
];
