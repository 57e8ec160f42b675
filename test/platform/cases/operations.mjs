// @ts-check
// Every operation that takes a path, as one call whose answer is one word.
import { collect } from '../support/expect.mjs';
import { library } from '../support/harness.mjs';

/** @typedef {import('../support/harness.mjs').Workspace} Workspace */
/** @typedef {(workspace: Workspace, path: any, to: any) => Promise<string>} Operation */

/** @param {readonly import('../../../src/index.js').Settled<any>[]} results */
function one([result]) {
  if (result?.status === 'fulfilled') return result.value;
  throw result?.reason;
}

/** @type {Readonly<Record<string, Operation>>} */
export const operations = {
  readFile: async (workspace, path) => (await workspace.readFile(path)).text,
  readFiles: async (workspace, path) => one(await workspace.readFiles([{ path }])).text,
  readSnippets: async (workspace, path) => one(await workspace.readSnippets([{ path, start: 0, end: 2 }])).text,
  readStream: async (workspace, path) => Buffer.concat(await collect(workspace.createReadStream(path))).toString(),
  scanChanges: async (workspace, path) => {
    const { changes, failures } = await workspace.scanChanges([{ path, hash: library.hashContent('never written') }]);
    if (failures[0]) throw failures[0].reason;
    return changes[0]?.after === null ? 'removed' : 'changed';
  },
  stat: async (workspace, path) => (await workspace.stat(path)).type,
  listDirectory: async (workspace, path) => (await workspace.listDirectory(path)).map(({ name }) => name).join(','),
  listFiles: async (workspace, path) => `${(await collect(workspace.listFiles({ under: path }))).length}`,
  capabilities: async (workspace, path) => (await workspace.capabilities(path)).fileSystem,
  lock: async (workspace, path) => {
    const lock = await workspace.lock(path);
    await lock.release();
    return lock.mode;
  },
  writeFile: async (workspace, path) => (await workspace.writeFile(path, 'new', { ifMissing: 'create' })).outcome,
  writeFiles: async (workspace, path) => one(await workspace.writeFiles([{ path, data: 'new' }])).outcome,
  writeSnippets: async (workspace, path) =>
    one(await workspace.writeSnippets([{ path, find: 'in', replacement: 'new' }])).outcome,
  updateFile: async (workspace, path) => `${(await workspace.updateFile(path, () => 'new'))?.outcome}`,
  createFile: async (workspace, path) => (await workspace.createFile(path, 'new', { parents: true })).outcome,
  createFiles: async (workspace, path) => one(await workspace.createFiles([{ path, data: 'new' }])).outcome,
  removeFile: async (workspace, path) => (await workspace.removeFile(path)).outcome,
  rename: async (workspace, path, to) => (await workspace.rename(path, to, { ifExists: 'replace' })).outcome,
  createDirectory: async (workspace, path) => (await workspace.createDirectory(path, { parents: true })).outcome,
  removeDirectory: async (workspace, path) => (await workspace.removeDirectory(path)).outcome,
  removeTree: async (workspace, path) => (await workspace.removeDirectory(path, { recursive: true })).outcome,
};
