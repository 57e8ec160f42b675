// What the contenders of the read benchmark know of the files: hashes, and three snippets of each.

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The nearest character boundary at or before an offset. */
function boundary(bytes, offset) {
  let at = Math.min(offset, bytes.length);
  while (at > 0 && at < bytes.length && (bytes[at] & 0xc0) === 0x80) at -= 1;
  return at;
}

function factsOf(file) {
  const bytes = readFileSync(file);
  const ranges = [0.1, 0.4, 0.7].map((part) => {
    const start = boundary(bytes, Math.floor(bytes.length * part));
    return [start, boundary(bytes, start + 200)];
  });
  return { path: file, hash: `sha256-${createHash('sha256').update(bytes).digest('hex')}`, ranges };
}

/** Every text file of a tree, in the order of a listing. */
export function textFilesOf(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => isUtf8(readFileSync(file)))
    .sort();
}

/** Writes the facts for the contenders in Node and, as a list, for the one in C. */
export function writeKnown(root, files, target) {
  const facts = files.map(factsOf);
  writeFileSync(`${target}.json`, JSON.stringify({ root, files: facts }));
  writeList(root, facts, `${target}.list`);
  return facts;
}

/** For a program in C that only hashes. */
export function writeHashes(root, files, target) {
  writeList(
    root,
    files.map((file) => ({ ...factsOf(file), ranges: [] })),
    target,
  );
}

/** For read-loop.cc: of each file its path below the root, its hash in hex and its ranges, each ended by a NUL. */
function writeList(root, facts, target) {
  const fields = facts.flatMap((each) => [
    path.relative(root, each.path),
    each.hash.slice('sha256-'.length),
    each.ranges.flat().join(' '),
  ]);
  writeFileSync(target, fields.map((field) => `${field}\0`).join(''));
}
