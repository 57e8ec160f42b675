import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Makes files with these contents below a directory, and the directories on the way; a name that ends in `/` is a directory. */
export function makeTree(directory: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    const target = path.join(directory, name);
    mkdirSync(name.endsWith('/') ? target : path.dirname(target), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(target, content);
  }
}

/** Everything that an iterable hands out. */
export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of iterable) all.push(value);
  return all;
}
