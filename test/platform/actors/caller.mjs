// @ts-check
// Task { root, options, calls: [method, ...arguments][] }: makes the calls when told to go, and says what came of each.
import { library, say, task, told } from './actor.mjs';

const workspace = await library.openWorkspace({ roots: [task.root], durability: 'none', ...task.options });
say('ready');
await told('go');
for (const [method, ...given] of task.calls) {
  try {
    const value = await workspace[method](...given);
    say('answer', { value });
  } catch (error) {
    say('answer', { error: JSON.parse(JSON.stringify(error)) });
  }
}
await workspace.close();
say('done');
