// Replaces one file again and again until it is killed; says when the work is well under way.
import path from 'node:path';
import { openWorkspace } from '../../dist/index.js';

const [directory, sizeArgument] = process.argv.slice(2);
const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
const size = Number(sizeArgument);
for (let version = 1; ; version += 1) {
  await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) =>
      workspace.writeFile(path.join(directory, 'files', name), String(version % 10).repeat(size)),
    ),
  );
  if (version === 3) console.log('under way');
}
