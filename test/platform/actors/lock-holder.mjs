// @ts-check
// Task { root, file, options }: takes the lock on the file, says so, and releases it when told to.
import { library, say, task, told } from './actor.mjs';

const workspace = await library.openWorkspace({ roots: [task.root], durability: 'none' });
say('begun');
const lock = await workspace.lock(task.file, task.options);
say('held', { scope: lock.scope });
await told('release');
await lock.release();
await workspace.close();
