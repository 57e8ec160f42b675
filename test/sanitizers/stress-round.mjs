// One round of a stress: the calls of a workspace that share state below JavaScript, all under way at once, some given up
// in the middle. Used by the main thread and by workers, which may be terminated at any moment of it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const fileCount = 40;

/** What a call may end with here: it was given up, or another thread was faster with the file. */
const allowed = new Set(['ABORT_ERR', 'EEXIST', 'ENOENT', 'ERR_PLOKE_CONTENT_MISMATCH']);

/** @param {string} directory */
export function fill(directory) {
  mkdirSync(path.join(directory, 'files'));
  for (let index = 0; index < fileCount; index += 1) {
    writeFileSync(path.join(directory, 'files', `file${index}`), `content ${index}\n`.repeat(50 + index * 20));
  }
  writeFileSync(path.join(directory, 'large'), Buffer.alloc(1_500_000, 'large\n'));
  writeFileSync(path.join(directory, 'shared'), '0');
}

/**
 * @param {import('../../dist/index.js').Workspace} workspace
 * @param {string} directory
 * @param {string} id of the thread: what it writes alone is named for it
 * @param {number} number of the round
 */
export async function stressRound(workspace, directory, id, number) {
  const file = (/** @type {string} */ name) => path.join(directory, name);
  const own = `files/${id}`;
  const requests = Array.from({ length: fileCount }, (_, index) => ({ path: file(`files/file${index}`) }));
  const given = new AbortController();
  const { signal } = given;
  const known = await workspace.readFiles(requests);
  const versions = known.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));

  const calls = [
    workspace.readFiles(requests),
    workspace.readFiles(requests, { signal }),
    workspace.readSnippets(requests.map((each) => ({ ...each, start: 8, end: 200 }))),
    workspace.scanChanges(versions.map(({ path, hash, stamp }) => ({ path, hash, stamp }))),
    workspace.scanChanges(
      versions.map(({ path, hash }) => ({ path, hash })),
      { signal },
    ),
    collect(workspace.listFiles({ hash: true })),
    drain(workspace.createReadStream(file('large'))),
    drain(workspace.createReadStream(file('large'), { signal })),
    workspace.createFiles(
      Array.from({ length: 6 }, (_, index) => ({
        path: file(`${own}/created${index}`),
        data: `${number} `.repeat(500),
      })),
      { parents: true, ifExists: 'replace' },
    ),
    workspace.createFile(file(`${own}-moved`), String(number), { ifExists: 'replace' }),
    workspace.rename(file(`${own}-moved`), file(`${own}-renamed`), { ifExists: 'replace' }),
    workspace.removeFile(file(`${own}-renamed`)),
    // Every thread at one file: the waits for its lock are handed from one to the next.
    workspace.updateFile(file('shared'), (current) => String(Number(current?.text) + 1)),
    workspace.writeFile(file('shared'), '0', { signal }),
    lockAndRelease(workspace, file('shared'), {}),
    lockAndRelease(workspace, file('shared'), { mode: 'shared' }),
    lockAndRelease(workspace, file('shared'), { signal }),
    workspace.updateFile(file(`${own}-counter`), (current) => String(Number(current?.text ?? 0) + 1)),
    workspace.flushEvents({ signal }).catch(unlessNotWatching),
  ];
  // At another depth of the work in each round.
  for (let turn = 0; turn < number % 7; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  given.abort();
  for (const call of await Promise.allSettled(calls)) {
    if (call.status === 'rejected' && !allowed.has(call.reason?.code)) throw call.reason;
  }
}

/** How often `stressRound` counted for a thread. @param {string} directory @param {string} id */
export function counted(directory, id) {
  return Number(readFileSync(path.join(directory, 'files', `${id}-counter`), 'utf8'));
}

/** @param {unknown} error */
function unlessNotWatching(error) {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_PLOKE_WATCH_DISABLED')) throw error;
}

/** @param {AsyncIterable<unknown>} entries */
async function collect(entries) {
  let count = 0;
  for await (const _entry of entries) count += 1;
  return count;
}

/** @param {ReadableStream<Uint8Array>} stream */
async function drain(stream) {
  let bytes = 0;
  for await (const piece of stream) bytes += piece.byteLength;
  return bytes;
}

/**
 * @param {import('../../dist/index.js').Workspace} workspace
 * @param {string} target
 * @param {import('../../dist/index.js').LockOptions} options
 */
async function lockAndRelease(workspace, target, options) {
  const lock = await workspace.lock(target, options);
  // A watch of the lock, with its thread.
  lock.signal.addEventListener('abort', () => undefined);
  await lock.release();
}
