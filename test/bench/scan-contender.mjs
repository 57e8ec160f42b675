// node scan-contender.mjs <name> <root> <list> <directory>: a scanner that learns the state of the files, scans once so that it is
// warm, and then several times, each time after ten files were changed. Prints one line of JSON.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { median } from './figures.mjs';
import { scanners } from './scan-contenders.mjs';
import { peakMiB, timed } from './timed.mjs';

const [name, root, list, directory] = process.argv.slice(2);
const changesEach = 10;
const scans = 3;

const paths = readFileSync(list, 'utf8').split('\0').slice(0, -1);
const files = { root, list, directory, paths: paths.map((file) => path.join(root, file)) };

/** Overwrites the beginning of files that lie far from each other; their sizes stay. */
function changeSome() {
  const step = Math.floor(paths.length / changesEach);
  const first = Math.floor(Math.random() * step);
  for (let index = 0; index < changesEach; index += 1) {
    const descriptor = openSync(files.paths[first + index * step], 'r+');
    writeSync(descriptor, `// ${process.hrtime.bigint()}\n`.padEnd(40), 0);
    closeSync(descriptor);
  }
}

const scanner = await scanners.get(name)(files);
// What was changed while the state was learnt or is too young to be told from a change is found now.
await scanner.scan();
const all = [];
for (let scan = 0; scan < scans; scan += 1) {
  await scanner.learn?.();
  changeSome();
  const { result: found, elapsedMs, stallMs } = await timed(() => scanner.scan());
  const own = scanner.figures?.();
  all.push({ found, elapsedMs: own?.elapsedMs ?? elapsedMs, stallMs });
}
const figures = scanner.figures?.();
await scanner.close?.();
const isHere = !figures && !scanner.isOtherProcess;
console.log(
  JSON.stringify({
    elapsedMs: median(all.map(({ elapsedMs }) => elapsedMs)),
    stallMs: isHere ? Math.max(...all.map(({ stallMs }) => stallMs)) : null,
    peakMiB: figures?.peakMiB ?? (isHere ? peakMiB() : null),
    foundWrongly: all.some(({ found }) => found !== changesEach) ? all.map(({ found }) => found) : undefined,
  }),
);
