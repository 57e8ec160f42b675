// node cache-writer.mjs <directory>: for each line `<name> <version>` of its input gives the file that version, in one of the ways in
// which a file is changed, and answers with the line when that is over.
import { closeSync, openSync, renameSync, statSync, truncateSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

const [directory] = process.argv.slice(2);
/** As in cache.test.ts. */
const contentOf = (name, version) => `${`${name} version ${version}`.padEnd(64)}\n`.repeat(200);

function writeInPlace(file, content) {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, content, 0);
  closeSync(descriptor);
}

const ways = [
  writeInPlace,
  (file, content) => {
    writeFileSync(`${file}.new`, content);
    renameSync(`${file}.new`, file);
  },
  // As if it were what was there.
  (file, content) => {
    const { atime, mtime } = statSync(file);
    writeInPlace(file, content);
    utimesSync(file, atime, mtime);
  },
  (file, content) => {
    truncateSync(file, 0);
    writeFileSync(file, content);
  },
];

for await (const line of createInterface({ input: process.stdin })) {
  const [name, version] = line.split(' ');
  ways[Number(version) % ways.length](path.join(directory, name), contentOf(name, version));
  process.stdout.write(`${line}\n`);
}
