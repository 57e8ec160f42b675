// A tree of small files for the watchers: two levels of directories, the files spread over them evenly.
import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Directories of the first level hold about as many as there are of them. */
function directoriesOf(root, count) {
  const tops = Math.max(1, Math.floor(Math.sqrt(count)));
  return Array.from({ length: count }, (_, index) =>
    index < tops
      ? path.join(root, `package${index}`)
      : path.join(root, `package${index % tops}`, `module${Math.floor(index / tops)}`),
  );
}

/** Makes the tree below `parent`, once; gives its root and its files. */
export function makeWatchTree(parent, fileCount, directoryCount) {
  mkdirSync(parent, { recursive: true });
  const name = `watch-${fileCount}-${directoryCount}`;
  const root = path.join(realpathSync(parent), name);
  // Beside the tree, which is watched.
  const marker = `${root}.complete`;
  const directories = directoriesOf(root, directoryCount);
  const files = Array.from({ length: fileCount }, (_, index) =>
    path.join(directories[index % directoryCount], `source${index}.ts`),
  );
  if (!existsSync(marker)) {
    rmSync(root, { recursive: true, force: true });
    for (const directory of directories) mkdirSync(directory, { recursive: true });
    for (const [index, file] of files.entries()) writeFileSync(file, `export const number = ${index};\n`.padEnd(64));
    writeFileSync(marker, '');
  }
  return { root, files };
}

/** Lists every directory and looks at every entry, so that all are in the system's caches; gives their number. */
export function warmTree(root) {
  let count = 0;
  const waiting = [root];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const name of readdirSync(directory)) {
      const entry = path.join(directory, name);
      count += 1;
      if (lstatSync(entry).isDirectory()) waiting.push(entry);
    }
  }
  return count;
}
