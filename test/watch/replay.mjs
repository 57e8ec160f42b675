// What a subscriber knows: a listing, and the events since.
import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** @returns {Map<string, string>} by path: what it is and, of anything but a directory, its version */
export function diskListing(directory, isIgnored = () => false) {
  const listing = new Map();
  const visit = (folder) => {
    for (const name of readdirSync(folder)) {
      const file = path.join(folder, name);
      if (isIgnored(path.relative(directory, file))) continue;
      const { ino, size, mtimeNs, ctimeNs, dev } = lstatSync(file, { bigint: true });
      const status = lstatSync(file);
      if (status.isDirectory()) {
        listing.set(file, 'directory');
        visit(file);
      } else {
        const stamp = [1n, dev, ino, size, BigInt.asUintN(64, mtimeNs), BigInt.asUintN(64, ctimeNs)];
        listing.set(file, stamp.map((field) => field.toString(16)).join('.'));
      }
    }
  };
  visit(directory);
  return listing;
}

export function versionOf({ entryType, stamp }) {
  if (entryType === 'directory') return 'directory';
  return stamp.endsWith('y') ? stamp.slice(0, -1) : stamp;
}

const isBelow = (file, directory) => file.startsWith(`${directory}/`);

function removeTree(listing, directory) {
  listing.delete(directory);
  for (const file of [...listing.keys()]) if (isBelow(file, directory)) listing.delete(file);
}

/** Applies an event to a listing. */
export function replay(listing, event) {
  switch (event.type) {
    case 'create':
    case 'update':
      listing.set(event.path, versionOf(event));
      break;
    case 'remove':
      if (event.entryType === 'directory') removeTree(listing, event.path);
      else listing.delete(event.path);
      break;
    case 'rename': {
      const moved = [...listing].filter(([file]) => file === event.from || isBelow(file, event.from));
      removeTree(listing, event.path);
      for (const [file] of moved) listing.delete(file);
      for (const [file, version] of moved) listing.set(event.path + file.slice(event.from.length), version);
      listing.set(event.path, versionOf(event));
    }
  }
}

/** What differs between two listings, at most ten lines. */
export function differences(expected, found) {
  const wrong = [];
  for (const [file, version] of expected) {
    if (!found.has(file)) wrong.push(`missing: ${file}`);
    else if (found.get(file) !== version) wrong.push(`${file}: ${found.get(file)} instead of ${version}`);
  }
  for (const file of found.keys()) if (!expected.has(file)) wrong.push(`too much: ${file}`);
  return wrong.slice(0, 10);
}
