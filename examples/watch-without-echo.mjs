// Formats files as they are saved, and is not woken by its own writes: they carry its origin, which the subscription ignores.
// No timer and no list of "files that I wrote" is needed.
//
//     node examples/watch-without-echo.mjs
import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openWorkspace } from 'ploke-io';

const folder = await realpath(await mkdtemp(join(tmpdir(), 'watch-')));
const root = join(folder, 'notes');
await mkdir(root);
const workspace = await openWorkspace({ roots: [root], origin: 'formatter', watch: { debounceMs: 0 } });
// One subscription for the work, and one that shows everything.
const saves = workspace.events({ ignoreOrigin: 'formatter' });
const all = workspace.events();

/** Somebody else's program: the file is there whole, or not at all. @param {string} name @param {string} text */
async function save(name, text) {
  await writeFile(join(folder, 'being-written'), text);
  await rename(join(folder, 'being-written'), join(root, name));
}

/** Waits for the next file that somebody saves, and puts it in order. */
async function formatNext() {
  for (;;) {
    const { value: event, done } = await saves.next();
    if (done) return;
    if (event.type !== 'create' && event.type !== 'update') continue;
    // Read, changed and written under the file's lock; undefined: nothing has to be written.
    const result = await workspace.updateFile(event.path, (current) => {
      const text = current?.text.replace(/[ \t]+$/gm, '');
      return text === current?.text ? undefined : text;
    });
    console.log(`${relative(root, event.path)} ${result ? 'is formatted' : 'was in order'}`);
    return;
  }
}

await save('untidy.txt', 'one  \ntwo\t\n');
await formatNext();
await save('tidy.txt', 'three\n');
await formatNext();

// Everything that happened before this is in the queues when it resolves; after close they are read to their end.
await workspace.flushEvents();
await workspace.close();
for await (const event of all) {
  if ('path' in event) console.log(`${event.type} ${relative(root, event.path)} by ${event.origin ?? 'somebody else'}`);
}
await rm(folder, { recursive: true });
