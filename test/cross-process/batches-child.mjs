// node batches-child.mjs <directory> <id> <rounds>: calls of every kind over files that others change at the same time.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { openWorkspace } from '../../dist/index.js';

const [directory, id, rounds] = process.argv.slice(2);
const workspace = await openWorkspace({ roots: [directory], durability: 'none', lockTimeoutMs: 60_000 });
const names = Array.from({ length: 12 }, (_, index) => path.join(directory, `d${index % 3}`, `file${index}`));
let seed = Number(id) * 7919 + 1;
const random = (below) => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) % below;
};
/** In an order of its own, so that no two processes take the locks in the same one by chance. */
const some = (count) => [...new Set(Array.from({ length: count }, () => names[random(names.length)]))];
/** It says how long it is, so that half of one, or one and a half, is seen. */
const body = (round) => {
  const length = random(2_000);
  return `${id}.${round} ${'x'.repeat(length)}|${length}\n`;
};
const allowed = new Set([
  'ENOENT',
  'EEXIST',
  'ERR_PLOKE_CONTENT_MISMATCH',
  'ERR_PLOKE_LOCK_LOST',
  'ERR_PLOKE_EDIT_NOT_UNIQUE',
  'ERR_PLOKE_BUSY',
]);
const wrong = [];
const descriptors = () => readdirSync('/proc/self/fd').length;
let opened;
const tell = (reason) => {
  if (!allowed.has(reason.code)) wrong.push(`${reason.operation} ${reason.code}: ${reason.message}`);
};
const settled = (results) => {
  for (const result of results) if (result.status === 'rejected') tell(result.reason);
};

for (let round = 0; round < Number(rounds); round += 1) {
  const calls = [
    workspace.writeFiles(some(6).map((file) => ({ path: file, data: body(round) }))).then(settled),
    workspace
      .createFiles(
        some(3).map((file) => ({ path: file, data: body(round) })),
        { ifExists: 'replace' },
      )
      .then(settled),
    workspace.writeSnippets(some(4).map((file) => ({ path: file, find: '|', replacement: 'y|' }))).then(settled),
    workspace.updateFile(some(1)[0], (file) => `${file?.text.trimEnd() ?? ''} updated\n`).catch(tell),
    workspace.removeFile(some(1)[0]).catch(tell),
    workspace.rename(some(1)[0], some(1)[0], { ifExists: 'replace' }).catch(tell),
    (async () => {
      const [file] = some(1);
      const lock = await workspace.lock(file);
      await workspace.writeFile(file, body(round), { lock }).finally(() => lock.release());
    })().catch(tell),
  ];
  await Promise.all(calls);
  // What a workspace keeps open is open after the first round.
  opened ??= descriptors();
}
for (let turns = 0; turns < 200 && descriptors() > opened; turns += 1) await turn();
if (descriptors() > opened) wrong.push(`${descriptors() - opened} descriptors more than after the first round`);
await workspace.close();
console.log(JSON.stringify({ wrong }));
