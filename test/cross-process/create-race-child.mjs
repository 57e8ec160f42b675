// Creates the files `race0…` as fast as it can and prints how many this process won.
import path from 'node:path';
import { openWorkspace } from '../../dist/index.js';

const [directory, name, countArgument] = process.argv.slice(2);
const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
const won = [];
for (let index = 0; index < Number(countArgument); index += 1) {
  try {
    await workspace.createFile(path.join(directory, 'deep', `race${index}`), name, { parents: true });
    won.push(index);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}
await workspace.close();
console.log(JSON.stringify(won));
