// @ts-check
// Task { root, file }: replaces the file again and again, saying so once it does, until it is killed.
import { library, say, task } from './actor.mjs';

const workspace = await library.openWorkspace({ roots: [task.root], durability: 'none' });
for (let version = 0; ; version += 1) {
  await workspace.writeFile(task.file, String.fromCharCode(97 + (version % 26)).repeat(task.versionLength));
  if (version === 20) say('writing');
}
