// node processes-child.mjs <cgroup> <room> <directory>: enters a cgroup that has room for so many threads more than this process has,
// and works. Prints what came of each call as one JSON line; the process must live whatever it is refused.
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { openWorkspace } from '../../dist/index.js';

const [cgroup, room, directory] = process.argv.slice(2);
writeFileSync(path.join(cgroup, 'cgroup.procs'), String(process.pid));
writeFileSync(path.join(cgroup, 'pids.max'), String(readdirSync('/proc/self/task').length + Number(room)));
const file = path.join(directory, 'file');
const said = {};
const tried = async (name, work) => {
  said[name] = await work().then(
    () => 'ok',
    ({ code }) => code,
  );
};
try {
  const workspace = await openWorkspace({ roots: [directory] });
  await tried('read', () => workspace.readFile(file));
  await tried('write', () => workspace.writeFile(file, 'new'));
  await tried('lock', async () => {
    const lock = await workspace.lock(file);
    const waiting = workspace.lock(file, { lockTimeoutMs: 50 });
    await waiting.catch(({ code }) => {
      if (code !== 'ERR_PLOKE_LOCK_TIMEOUT') throw Object.assign(new Error(code), { code });
    });
    await lock.release();
  });
  await workspace.close();
  const watched = await openWorkspace({ roots: [directory], watch: true });
  await tried('watch', () => watched.flushEvents());
  await watched.close();
} catch ({ code }) {
  said.open = code;
}
console.log(JSON.stringify(said));
