// Prints the hashes of the named files as the addon computes them, whole and (for the large ones) in pieces.
import { openWorkspace } from '../../dist/index.js';

const [directory, ...files] = process.argv.slice(2);
const workspace = await openWorkspace({ roots: [directory], maxFileBytes: 50_000 });
const hashes = [];
for (const file of files) {
  const { hash } = await workspace.readFile(file, { encoding: 'buffer', maxBytes: 10 });
  hashes.push(hash);
}
await workspace.close();
console.log(JSON.stringify(hashes));
