// @ts-check
// Task { root, file, by: 'node' | 'library' }: reads the file until told to stop. A whole version is one letter, repeated
// `versionLength` times; the number of versions and whatever was not whole is said at the end.
import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { isTold, library, say, task } from './actor.mjs';

const { file, versionLength } = task;
const workspace = await library.openWorkspace({ roots: [task.root] });
const read = {
  node: async () => readFileSync(file, 'utf8'),
  library: async () => (await workspace.readFile(file)).text,
};
/** What Windows answers to an open while a file is being replaced (sharing violation, delete pending). */
const passing = process.platform === 'win32' ? ['EBUSY', 'EPERM', 'EACCES'] : [];

const versions = new Set();
/** @type {string[]} */
const torn = [];
let reads = 0;
/** @type {Record<string, number>} */
const refused = {};
while (!isTold('stop')) {
  for (let round = 0; round < 20; round += 1) {
    try {
      const text = await read[/** @type {'node' | 'library'} */ (task.by)]();
      reads += 1;
      const isWhole = text.length === versionLength && text === text.slice(0, 1).repeat(versionLength);
      if (!isWhole) torn.push(`${text.length} letters, ${[...new Set(text)].join('')}`);
      versions.add(text.slice(0, 1));
    } catch (error) {
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
      if (!passing.includes(code ?? '')) torn.push(`${code}: ${message}`);
      refused[code ?? ''] = (refused[code ?? ''] ?? 0) + 1;
    }
    if (reads === 1) say('reading');
    await turn();
  }
}
await workspace.close();
say('read', { reads, versions: versions.size, torn: torn.slice(0, 5), refused });
