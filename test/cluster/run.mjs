// Run by scripts/test-cluster.mjs in namespaces of its own. Prints a line a proof, and last { passed, failed } as JSON.
import process from 'node:process';
import { startActor } from './actors.mjs';
import * as proofs from './proofs.mjs';
import { startVolume } from './volume.mjs';

// With the script, whatever ended it, all of this ends.
process.stdin.on('end', () => process.exit(1)).resume();

const cycles = Number(process.argv[2]);
const sum = { passed: 0, failed: 0 };

async function prove(name, prove) {
  const began = performance.now();
  const { did, wrong } = await prove().catch((error) => ({ did: '', wrong: [error.stack] }));
  sum[wrong.length === 0 ? 'passed' : 'failed'] += 1;
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(`${wrong.length === 0 ? 'ok' : 'FAILED'} ${name}: ${did} (${seconds} s)`);
  for (const line of wrong) console.log(`    ${line}`);
}

const hosts = await startVolume();
const actors = await Promise.all(hosts.map(startActor));
let retries = 0;
await prove('what the volume is taken for', () => proofs.receipts(actors));
for (const how of ['hash', 'update', 'lock']) {
  await prove(`edits from both hosts (${how})`, async () => {
    const result = await proofs.edits(actors, how, cycles);
    retries = result.retries;
    return result;
  });
}
await prove('control: without the waits for the other host these would have failed', async () => ({
  did: `${retries} retries`,
  wrong: retries > 0 ? [] : ['no call met a file that was being replaced: the rest proves nothing'],
}));
await prove('an edit that waited for the other host’s lock', () => proofs.waiting(actors, 10));
await prove('watching by polling', () => proofs.watching(actors));
await prove('a holder that was cut off', () => proofs.cutOff(actors));
console.log(JSON.stringify(sum));
process.exit(sum.failed > 0 ? 1 : 0);
