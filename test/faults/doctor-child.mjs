// node doctor-child.mjs <directory>: diagnoses it and says in one line of JSON what came out, what lay there before and after, and how
// writes end with the default options and with those that doctor may advise.
import { accessSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { diagnose } from '../../dist/doctor/index.js';
import { openWorkspace } from '../../dist/index.js';

const [directory, only] = process.argv.slice(2);
const names = () => readdirSync(directory, { recursive: true }).sort();

/** For the tracer. */
function mark(name) {
  try {
    accessSync(`/ploke-io-${name}`);
  } catch {
    // It is not there, and need not be.
  }
}

async function writing(options) {
  const workspace = await openWorkspace({ roots: [directory], ...options });
  try {
    const file = path.join(directory, 'file');
    const { hash } = await workspace.createFile(file, 'one');
    const { receipt } = await workspace.writeFile(file, 'two', { expectedHash: hash });
    return receipt;
  } catch (error) {
    return error.code;
  } finally {
    await workspace.close();
    rmSync(path.join(directory, 'file'), { force: true });
  }
}

const before = names();
mark('begin');
const diagnosis = await diagnose(directory).catch((error) => ({ code: error.code }));
mark('end');
const after = names();
if (only === undefined) {
  const usual = await writing({});
  const lenient = await writing({ durability: 'best-effort', locking: 'process' });
  console.log(JSON.stringify({ before, after, diagnosis, usual, lenient, last: names() }));
} else {
  console.log(JSON.stringify({ before, after, diagnosis }));
}
