// node shared-origin-child.mjs <options and calls as JSON>: another process, or worker thread, that writes. Prints what
// each call came to.
import { parentPort, workerData } from 'node:worker_threads';
import { openWorkspace } from '../../dist/index.js';

const { options, calls } = JSON.parse(workerData ?? process.argv[2]);
const workspace = await openWorkspace({ durability: 'none', origin: 'other', shareOrigin: true, ...options });
const results = [];
for (const [method, ...args] of calls) {
  const given = method === 'updateFile' ? [args[0], (current) => `${current.text}${args[1]}`] : args;
  const result = await workspace[method](...given);
  if (Array.isArray(result)) {
    for (const item of result) if (item.status === 'rejected') throw item.reason;
    results.push(...result.map(({ value }) => value));
  } else results.push(result);
}
await workspace.close();
const told = results.map(({ receipt, warnings }) => ({ receipt, warnings }));
if (parentPort) parentPort.postMessage(told);
else console.log(JSON.stringify(told));
