// node idle-contender.mjs <processes>: for how long the event loop of a process that only waits stands still while other processes
// compute. What is left of a stall beyond that is made by whoever measures one. Prints one line of JSON.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { timed } from './timed.mjs';

const waits = 3;
const waitMs = 18;

const computers = await Promise.all(
  Array.from({ length: Number(process.argv[2]) }, async () => {
    const computer = spawn('sh', ['-c', 'echo; while :; do :; done'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(computer.stdout, 'data');
    return computer;
  }),
);
let stallMs = 0;
for (let wait = 0; wait < waits; wait += 1) {
  stallMs = Math.max(stallMs, (await timed(() => setTimeout(waitMs))).stallMs);
}
for (const computer of computers) computer.kill();
console.log(JSON.stringify({ stallMs }));
