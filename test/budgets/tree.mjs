import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hashContent, packKnownFiles } from '../../dist/index.js';

const longAgo = new Date('2020-01-01T00:00:00.123Z');

/** Files of `bytes` bytes each, evenly in `directories` directories. */
export function makeTree(directory, { files, directories, bytes }) {
  for (let index = 0; index < files; index += 1) {
    const folder = path.join(directory, `d${index % directories}`);
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `f${index}`);
    writeFileSync(file, `${index}\n${'a line of some length\n'.repeat(Math.ceil(bytes / 22))}`.slice(0, bytes));
    utimesSync(file, longAgo, longAgo);
  }
}

/** The files below a directory, in the order of their names. */
export function filesOf(directory) {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => path.join(entry.parentPath, entry.name)).sort();
}

/** Three slices of each of these files, of `bytes` bytes each. */
export function requestsOf(paths, bytes = 10) {
  return paths.flatMap((file) =>
    [0, 1, 2].map((slice) => ({ path: file, start: slice * bytes, end: (slice + 1) * bytes })),
  );
}

/** A known state in which nothing is as it is. */
export function nothingKnown(paths) {
  return packKnownFiles(paths.map((file) => ({ path: file, hash: hashContent('') })));
}

/** The known state of these files, with stamps that prove something: taken until none is too young. */
export async function remember(workspace, paths) {
  let known = nothingKnown(paths);
  do ({ known } = await workspace.scanChanges(known));
  while ([...known].some(({ stamp }) => stamp.endsWith('y')));
  return known;
}
