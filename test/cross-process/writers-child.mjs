// node writers-child.mjs <directory> <how> <cycles>: adds one to a counter file as often as told, against others who do the
// same. Waits for a line on its standard input, so that all begin together. Prints what it replaced by what, as JSON lines.
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { hashContent, openWorkspace } from '../../dist/index.js';

const [directory, how, cycles, id] = process.argv.slice(2);
const file = path.join(directory, 'counter');
const workspace = await openWorkspace({ roots: [directory], durability: 'none', lockTimeoutMs: 120_000 });
const counts = { mismatches: 0, swapBacks: 0 };
const replaced = [];
/** Each version says who wrote it, so that no two are alike. */
const next = (text, step) => `${Number.parseInt(text, 10) + 1} ${id}.${step}\n`;
const log = ({ previousHash, hash }) => replaced.push([previousHash, hash]);

const steps = {
  async hash(step) {
    for (;;) {
      const { text, hash } = await workspace.readFile(file);
      try {
        log(await workspace.writeFile(file, next(text, step), { expectedHash: hash }));
        return;
      } catch (error) {
        // The foreign program may be between removing and renaming, never: it renames over.
        if (error.code !== 'ERR_PLOKE_CONTENT_MISMATCH' && error.code !== 'ERR_PLOKE_BUSY') throw error;
        counts.mismatches += 1;
      }
    }
  },
  async update(step) {
    for (;;) {
      try {
        log(await workspace.updateFile(file, ({ text }) => next(text, step)));
        return;
      } catch (error) {
        if (error.code !== 'ERR_PLOKE_CONTENT_MISMATCH') throw error;
        counts.mismatches += 1;
      }
    }
  },
  async lock(step) {
    for (;;) {
      const lock = await workspace.lock(file);
      try {
        const { text, hash } = await workspace.readFile(file, { lock });
        log(await workspace.writeFile(file, next(text, step), { lock, expectedHash: hash }));
        return;
      } catch (error) {
        // Somebody who asks nobody has replaced the file that is locked.
        if (error.code !== 'ERR_PLOKE_LOCK_LOST' && error.code !== 'ERR_PLOKE_CONTENT_MISMATCH') throw error;
        counts.mismatches += 1;
      } finally {
        await lock.release();
      }
    }
  },
  // The control: checks, then renames, as many programs do.
  async plain(step) {
    for (;;) {
      const text = readFileSync(file, 'utf8');
      const fresh = `${file}.${id}`;
      writeFileSync(fresh, next(text, step));
      if (readFileSync(file, 'utf8') !== text) continue;
      renameSync(fresh, file);
      replaced.push([hashContent(text), hashContent(next(text, step))]);
      return;
    }
  },
};

process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();
for (let step = 0; step < Number(cycles); step += 1) await steps[how](step);
counts.swapBacks = workspace.metrics().counters['write.swapBacks'] ?? 0;
const { warnings } = workspace;
await workspace.close();
console.log(JSON.stringify({ ...counts, replaced, warnings: warnings.map(({ code }) => code) }));
