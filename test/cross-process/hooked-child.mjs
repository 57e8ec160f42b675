// node hooked-child.mjs <directory> <attempts>: writes with the hash of what it has just read, while a tracer puts a version
// of somebody else in the file's place between the look and the exchange. Every write must be refused.
import { accessSync } from 'node:fs';
import path from 'node:path';
import { hashContent, openWorkspace } from '../../dist/index.js';

const [directory, attempts] = process.argv.slice(2);
const file = path.join(directory, 'counter');
const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
// What the first write of a workspace has to find out is over before the tracer counts.
await workspace.updateFile(file, ({ text }) => text);
try {
  accessSync('/ploke-io-begin');
} catch {
  // It is for the tracer only.
}
const refused = { mismatches: 0, wrongHash: 0, written: 0 };
for (let attempt = 0; attempt < Number(attempts); attempt += 1) {
  const { hash } = await workspace.readFile(file);
  try {
    await workspace.writeFile(file, `mine ${attempt}\n`, { expectedHash: hash });
    refused.written += 1;
  } catch (error) {
    if (error.code !== 'ERR_PLOKE_CONTENT_MISMATCH') throw error;
    refused.mismatches += 1;
    const now = (await workspace.readFile(file)).text;
    // The newest foreign version is in place, untouched, and the error has both hashes.
    const isTold = error.expectedHash === hash && error.actualHash === hashContent(now) && now.startsWith('foreign');
    if (!isTold || error.committed !== false) refused.wrongHash += 1;
  }
}
const swapBacks = workspace.metrics().counters['write.swapBacks'] ?? 0;
await workspace.close();
console.log(JSON.stringify({ ...refused, swapBacks }));
