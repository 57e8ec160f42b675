// Mixed load on one directory, as a service has it: every kind of call, side by side, from two workspaces of this thread and
// from workers that are terminated in the middle of it. `step` does a bit of all of it; nothing is kept from step to step.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { openWorkspace } from '../../dist/index.js';

const files = 200;
/** A worker is started and terminated in one step of so many. */
const stepsPerWorker = 50;
const at = (directory, index) => path.join(directory, 'files', `file${index % files}`);

export function fill(directory) {
  mkdirSync(path.join(directory, 'files'));
  mkdirSync(path.join(directory, 'made'));
  for (let index = 0; index < files; index += 1) writeFileSync(at(directory, index), `content ${index}\n`.repeat(200));
  writeFileSync(path.join(directory, 'counter'), '0\n');
}

export class Load {
  /** Those of the other workspace, which must come to as many as there were steps. */
  events = 0;
  steps = 0;
  #directory;
  #one;
  #other;
  #known = [];
  #reading;

  static async start(directory) {
    const load = new Load();
    load.#directory = directory;
    load.#one = await openWorkspace({ roots: [directory], durability: 'none', cache: { maxBytes: 4_000_000 } });
    load.#other = await openWorkspace({ roots: [directory], durability: 'none', watch: { debounceMs: 0 } });
    for await (const file of load.#one.listFiles({ under: path.join(directory, 'files'), hash: true }))
      load.#known.push(file);
    load.#reading = load.#readEvents(load.#other.events());
    return load;
  }

  async #readEvents(events) {
    for await (const event of events) {
      if (event.type === 'create' && event.path.includes('made')) this.events += 1;
    }
  }

  async step() {
    const directory = this.#directory;
    const index = this.steps * 7;
    const name = path.join(directory, 'made', `file${this.steps}`);
    const counter = path.join(directory, 'counter');
    const one = this.#one;
    const add = (file) => `${Number.parseInt(file.text, 10) + 1}\n`;
    await Promise.all([
      one.readFiles(Array.from({ length: 50 }, (_, more) => ({ path: at(directory, index + more) }))),
      one.readSnippets(
        Array.from({ length: 200 }, (_, more) => ({
          path: at(directory, index + more),
          range: { start: more, end: more + 20 },
        })),
      ),
      one.scanChanges(this.#known, { verify: 'stamp' }),
      this.#other.listFiles(),
      one.writeFile(at(directory, index), `content ${this.steps}\n`.repeat(150 + (this.steps % 100))),
      one.updateFile(counter, add),
      this.#other.updateFile(counter, add),
      this.#other.stat(at(directory, index + 3)),
      this.#underLock(at(directory, index + 5)),
      drained(one.createReadStream(at(directory, index + 9))),
    ]);
    await one.createFile(name, 'x');
    await one.removeFile(name);
    if (this.steps % stepsPerWorker === 0) await this.#terminatedWorker();
    if (this.steps % 10 === 0) await (await openWorkspace({ roots: [directory] })).close();
    this.steps += 1;
  }

  async #underLock(file) {
    const lock = await this.#other.lock(file);
    try {
      const { hash } = await this.#other.readFile(file, { lock });
      await this.#other.writeFile(file, 'under a lock\n'.repeat(180), { expectedHash: hash, lock });
    } finally {
      await lock.release();
    }
  }

  async #terminatedWorker() {
    const script = new URL('../limits/workers-worker.mjs', import.meta.url);
    const worker = new Worker(script, { workerData: { directory: this.#directory, what: 'write', letter: 'w' } });
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
  }

  /** @returns what was wrong in the end */
  async end() {
    const wrong = [];
    await this.#other.flushEvents();
    const { text } = await this.#one.readFile(path.join(this.#directory, 'counter'));
    if (text !== `${2 * this.steps}\n`) wrong.push(`the counter is ${text.trim()} after ${this.steps} steps`);
    for (const workspace of [this.#one, this.#other]) {
      for (const { code, message } of workspace.warnings) wrong.push(`${code}: ${message}`);
      await workspace.close();
    }
    await this.#reading;
    return wrong;
  }
}

async function drained(stream) {
  for await (const _ of stream);
}
