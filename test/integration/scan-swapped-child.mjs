// node scan-swapped-child.mjs <directory> <names>: `<directory>/current` is a link to a directory with a link to each file of
// `<directory>/store`. Puts another such directory in its place and removes the one before, again and again, until its input ends: at
// every moment each file is there, and is the same.
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';

const [directory, count] = process.argv.slice(2);
let isOver = false;
process.stdin.on('end', () => {
  isOver = true;
});
process.stdin.resume();

for (let round = 1; !isOver; round += 1) {
  const next = `${directory}/v${round}`;
  mkdirSync(next);
  for (let index = 0; index < Number(count); index += 1) linkSync(`${directory}/store/f${index}`, `${next}/f${index}`);
  symlinkSync(`v${round}`, `${directory}/new`);
  renameSync(`${directory}/new`, `${directory}/current`);
  rmSync(`${directory}/v${round - 1}`, { recursive: true });
  if (round === 1) process.stdout.write('ready\n');
  await setImmediate();
}
