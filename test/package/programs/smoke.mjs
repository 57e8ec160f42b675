// What a user's program does first, with a package that was installed: read, write, lock, watch. Prints `works` and ends.
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** @param {typeof import('ploke-io')} library */
export async function smoke({ openWorkspace }) {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'ploke-io-smoke-')));
  try {
    const workspace = await openWorkspace({ roots: [root], watch: true });
    const events = workspace.events()[Symbol.asyncIterator]();
    const first = events.next();
    const file = path.join(root, 'a.txt');
    await workspace.createFile(file, 'one\n');
    const { text, hash } = await workspace.readFile(file);
    if (text !== 'one\n') throw new Error(`read ${text}`);
    const event = await first;
    if (event.done || event.value.path !== file) throw new Error(`event ${JSON.stringify(event)}`);
    const lock = await workspace.lock(file);
    await lock.release();
    await workspace.writeFile(file, 'two\n', { expectedHash: hash });
    await writeFile(path.join(root, 'b.txt'), 'foreign\n');
    await workspace.close();
    console.log('works');
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
