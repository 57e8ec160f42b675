// node churn-child.mjs <directory> <seed> <operations> <directories>: changes files and directories at random, as several
// programs do that know nothing of each other. What fails because another one was faster is simply not done.
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { directoriesOf, filesPerDirectory } from './churn-tree.mjs';

const [directory, seedText, operationsText, directoriesText] = process.argv.slice(2);
let seed = Number(seedText) * 7919 + 1;
const random = (below) => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) % below;
};
const directories = directoriesOf(Number(directoriesText));
const someDirectory = () => path.join(directory, directories[random(directories.length)]);
const someFile = () => path.join(someDirectory(), `file${random(filesPerDirectory)}`);
const content = () => 'x'.repeat(random(5_000));

const onFiles = [
  () => writeFileSync(someFile(), content()),
  () => writeFileSync(someFile(), content()),
  () => appendFileSync(someFile(), content()),
  () => {
    const file = someFile();
    const temporary = `${file}.tmp${seedText}`;
    writeFileSync(temporary, content());
    renameSync(temporary, file);
  },
  () => unlinkSync(someFile()),
  () => renameSync(someFile(), someFile()),
  () => renameSync(someFile(), someFile()),
  () => chmodSync(someFile(), 0o600 + random(64)),
  () => utimesSync(someFile(), random(1e9), random(1e9)),
  () => symlinkSync('file0', someFile()),
];
const onDirectories = [
  () => mkdirSync(someDirectory(), { recursive: true }),
  () => mkdirSync(someDirectory(), { recursive: true }),
  () => renameSync(someDirectory(), someDirectory()),
  () => {
    const doomed = someDirectory();
    if (doomed !== directory) rmSync(doomed, { recursive: true });
  },
];

for (let count = 0; count < Number(operationsText); count++) {
  const operations = random(4) === 0 ? onDirectories : onFiles;
  try {
    operations[random(operations.length)]();
  } catch (error) {
    if (error.code === undefined) throw error;
  }
}
