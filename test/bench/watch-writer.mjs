// The other process, which changes files. Forked; for each message { files, pauseMs } it waits, overwrites each of the files once
// and answers with the time just before and just after: CLOCK_MONOTONIC, which all processes share.
import { closeSync, openSync, writeSync } from 'node:fs';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';

let count = 0;
process.on('message', async ({ files, pauseMs }) => {
  await setTimeout(pauseMs);
  count += 1;
  const data = `export const change = ${count};\n`.padEnd(64);
  let before = 0n;
  for (const file of files) {
    const handle = openSync(file, 'r+');
    if (before === 0n) before = process.hrtime.bigint();
    writeSync(handle, data, 0);
    closeSync(handle);
  }
  process.send({ before: String(before), after: String(process.hrtime.bigint()) });
});
process.on('disconnect', () => process.exit(0));
process.send('ready');
