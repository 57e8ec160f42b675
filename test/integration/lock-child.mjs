// node lock-child.mjs <directory> <file> <purpose>: holds a lock until it is killed.
import { openWorkspace } from '../../dist/index.js';

const [directory, file, purpose] = process.argv.slice(2);
const workspace = await openWorkspace({ roots: [directory] });
await workspace.lock(file, { purpose });
console.log('held');
setInterval(() => undefined, 1_000);
