// @ts-check
// Task { root, file, how }: uses everything that could hold a process, and then comes to its end: with the workspace closed,
// with it forgotten, or by process.exit() in the middle of work.
import { library, say, task } from './actor.mjs';

const workspace = await library.openWorkspace({ roots: [task.root], watch: task.watch ?? false });
await workspace.writeFile(task.file, 'written');
const lock = await workspace.lock(task.file);
if (task.watch) workspace.events();
const reading = workspace.readFiles(Array.from({ length: 200 }, () => ({ path: task.file })));
say('working');
if (task.how === 'exit') process.exit(0);
await reading;
await lock.release();
if (task.how === 'closed') await workspace.close();
say('last line');
