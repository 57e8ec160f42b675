import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Runs work in a fresh directory `root`; the folder around it is its own too, and goes with it. */
export async function inFolder(name, work) {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), `ploke-io-${name}-`)));
  const directory = path.join(folder, 'root');
  mkdirSync(directory);
  try {
    return await work(directory, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
