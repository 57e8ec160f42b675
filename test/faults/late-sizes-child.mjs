// node late-sizes-child.mjs <directory>: reads files whose sizes the file system tells late, each way that there is.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openWorkspace } from '../../dist/index.js';

const [root = ''] = process.argv.slice(2);
const bytes = 5000;
const file = (name) => {
  const made = path.join(root, name);
  writeFileSync(made, 'x'.repeat(bytes));
  return made;
};
mkdirSync(path.join(root, 'below'));
const workspace = await openWorkspace({ roots: [root] });
let streamed = 0;
for await (const piece of workspace.createReadStream(file('below/streamed'))) streamed += piece.byteLength;
const read = await workspace.readFile(file('below/read'), { encoding: 'buffer' });
await workspace.close();
console.log(JSON.stringify({ bytes, streamed, read: read.bytes.byteLength }));
