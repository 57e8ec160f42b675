// The files that locks and replaces are measured on.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installPeers } from './peers.mjs';
import { runScript } from './processes.mjs';

/** Runs `work(directory)` on fresh files, which are removed afterwards. */
export async function onStage(parent, work) {
  installPeers();
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(path.join(parent, 'changes-'));
  try {
    mkdirSync(path.join(directory, 'sub'));
    mkdirSync(path.join(directory, 'batch'));
    writeFileSync(path.join(directory, 'sub', 'file'), 'content');
    writeFileSync(path.join(directory, 'number'), '0');
    for (let index = 0; index < 100; index += 1)
      writeFileSync(path.join(directory, 'batch', `file${index}`), 'content');
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export const measureChange = (what, directory, ...args) =>
  runScript('change-contender.mjs', [what, directory, ...args]);

export const columns = [{ key: 'microseconds', title: 'µs', digits: 1 }];
