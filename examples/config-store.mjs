// A configuration file that many processes change: no change is lost, no reader sees half a file, and a file that is no JSON
// is never overwritten by defaults.
//
//     node examples/config-store.mjs
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openWorkspace } from 'ploke-io';

/** @typedef {Record<string, unknown>} Config */

class ConfigStore {
  #workspace;
  #path;

  /** @param {import('ploke-io').Workspace} workspace @param {string} path */
  constructor(workspace, path) {
    this.#workspace = workspace;
    this.#path = path;
  }

  /** @returns {Promise<Config>} empty when there is no file yet */
  async read() {
    const file = await this.#workspace.readFile(this.#path, { throwIfNoEntry: false });
    return file ? parse(file.text) : {};
  }

  /**
   * Changes the configuration, under the lock of its file. Throws what `change` throws, and then nothing is written.
   *
   * @param {(config: Config) => Config} change
   */
  async update(change) {
    await this.#workspace.updateFile(this.#path, (current) => {
      return `${JSON.stringify(change(current ? parse(current.text) : {}), null, 2)}\n`;
    });
  }
}

/** @param {string} text @returns {Config} */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('The configuration is no JSON; it was left as it is', { cause });
  }
}

/** Counts up, a hundred times: run in processes of its own. @param {string} path */
async function countUp(path) {
  const workspace = await openWorkspace({ roots: [dirname(path)] });
  try {
    const store = new ConfigStore(workspace, path);
    for (let round = 0; round < 100; round++) {
      await store.update((config) => ({ ...config, count: Number(config.count ?? 0) + 1 }));
    }
  } finally {
    await workspace.close();
  }
}

async function main() {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'config-')));
  const path = join(root, 'config.json');
  const workspace = await openWorkspace({ roots: [root] });
  try {
    const store = new ConfigStore(workspace, path);
    console.log('without a file:', await store.read());
    await store.update((config) => ({ ...config, colour: 'blue' }));

    const script = fileURLToPath(import.meta.url);
    const children = [1, 2, 3].map(() => spawn(process.execPath, [script, path], { stdio: 'inherit' }));
    await Promise.all(children.map((child) => once(child, 'exit')));
    console.log('after three processes:', await store.read());

    await writeFile(path, '{ "colour": "red", ');
    const failed = store.update((config) => ({ ...config, colour: 'green' }));
    console.log(await failed.catch((error) => error.message));
    console.log(`${basename(path)} holds`, (await workspace.readFile(path)).text);
  } finally {
    await workspace.close();
    await rm(root, { recursive: true });
  }
}

const [, , configPath] = process.argv;
await (configPath === undefined ? main() : countUp(configPath));
