// The names that processes which change a tree at random choose from.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const filesPerDirectory = 20;

/** Three levels deep, `''` among them. */
export function directoriesOf(count) {
  const names = [''];
  for (let index = 1; index < count; index++) {
    const above = names[Math.floor((index - 1) / 8)];
    names.push(above.split('/').length > 2 ? `d${index}` : path.join(above, `d${index}`));
  }
  return names;
}

export function makeTree(directory, count) {
  for (const name of directoriesOf(count)) {
    mkdirSync(path.join(directory, name), { recursive: true });
    for (let file = 0; file < filesPerDirectory; file++) {
      writeFileSync(path.join(directory, name, `file${file}`), `${name}/${file}`);
    }
  }
}
