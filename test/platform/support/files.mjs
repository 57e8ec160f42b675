// @ts-check
// Making and looking at trees of files without the library.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** @param {string} directory @param {Readonly<Record<string, string | Uint8Array>>} files names with slashes */
export function makeFiles(directory, files) {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** @param {string} file */
export const textOf = (file) => readFileSync(file, 'utf8');

/** What lies in a directory, without the library's own folder. @param {string} directory */
export const namesIn = (directory) =>
  readdirSync(directory)
    .filter((name) => name !== '.ploke-io')
    .sort();

/** As the tests spell paths. @param {string} directory @param {string} file */
export const below = (directory, file) => path.relative(directory, file).split(path.sep).join('/');
