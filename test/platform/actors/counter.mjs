// @ts-check
// Task { root, file, times }: adds one to the number in the file, so many times, when told to go.
import { library, say, task, told } from './actor.mjs';

const workspace = await library.openWorkspace({ roots: [task.root], durability: 'none', lockTimeoutMs: 600_000 });
say('ready');
await told('go');
for (let count = 0; count < task.times; count += 1) {
  await workspace.updateFile(task.file, (current) => `${Number(current?.text) + 1}`, { maxAttempts: 1_000 });
}
await workspace.close();
say('done');
