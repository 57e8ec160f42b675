// npm run test:watch [-- --short]
// Whether events tell everything: test/watch/proofs.mjs. The control, without the rescan after an overflow, must lose events.
import { parseArgs } from 'node:util';
import * as proofs from '../test/watch/proofs.mjs';

const { values } = parseArgs({ options: { short: { type: 'boolean' }, only: { type: 'string' } } });
const { short: isShort, only } = values;
const sum = { passed: 0, failed: 0, skipped: 0 };

async function prove(name, prove, isExpected = (wrong) => wrong.length === 0) {
  if (only !== undefined && !name.includes(only)) return;
  const { wrong, did, skipped } = await prove();
  if (skipped !== undefined) {
    sum.skipped += 1;
    console.log(`skipped ${name}: ${skipped}`);
    return;
  }
  const isOk = isExpected(wrong);
  sum[isOk ? 'passed' : 'failed'] += 1;
  console.log(`${isOk ? 'ok' : 'FAILED'} ${name}: ${did}`);
  if (!isOk) for (const line of wrong.slice(0, 20)) console.log(`    ${line}`);
}

const scale = isShort
  ? { directories: 100, operations: 500, rounds: 2 }
  : { directories: 2_500, operations: 12_500, rounds: 4 };
for (const backend of ['native', 'chokidar', 'polling']) {
  for (const debounceMs of [0, 100]) {
    const options = { backend, debounceMs, ...scale };
    await prove(`random changes, ${backend}, debounce ${debounceMs} ms`, () => proofs.randomChanges(options));
  }
}
const calling = { ...scale, debounceMs: 0, rounds: 1, calls: isShort ? 1_000 : 20_000 };
for (const backend of ['native', 'polling']) {
  await prove(`own calls among random changes, ${backend}`, () => proofs.randomChanges({ backend, ...calling }));
}
for (const overflow of ['drop-oldest', 'drop-newest']) {
  const more = { overflow, queueCapacity: 20 };
  const options = { backend: 'native', debounceMs: 0, ...scale, more, turnsPerEvent: 20 };
  await prove(`a subscriber that does not keep up, ${overflow}`, () => proofs.randomChanges(options));
}
const files = isShort ? 12_000 : 40_000;
await prove('a queue of the system that runs over', () => proofs.kernelOverflow({ files }));
await prove(
  'control: without the rescan',
  () => proofs.kernelOverflowWithoutRescan({ files }),
  (wrong) => wrong.some((line) => line.startsWith('missing')),
);
await prove('git switches', () => proofs.gitSwitches({ switches: isShort ? 4 : 20 }));
await prove('100 watches', () => proofs.fewWatches({ watches: 100, operations: isShort ? 300 : 3_000 }));
await prove('a FUSE mount', () => proofs.fuseMount({ operations: isShort ? 100 : 1_000 }));
for (const backend of isShort ? ['native'] : ['native', 'chokidar', 'polling']) {
  const options = { backend, directories: isShort ? 100 : 2_500, seconds: isShort ? 2 : 10 };
  await prove(`idle, ${backend}`, () => proofs.idleCost(options));
}
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed > 0 ? 1 : 0;
