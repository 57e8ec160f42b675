import type * as library from '../../src/index.js';
import type { Workspace } from '../../src/types.js';
import type { OperationName } from './vocabulary.js';

/** The part of the library that cases are run against; the deliberately broken resolver has the same shape. */
export type Library = Pick<typeof library, 'openWorkspace' | 'hashContent' | 'PlokeIoError'>;

export interface Call {
  readonly library: Library;
  readonly workspace: Workspace;
  /** Not only strings: what a caller must not pass is passed too. */
  readonly path: string;
  readonly to: string;
  readonly data: string;
}

export interface Answer {
  /** What came back, as one word to compare: content, names, a type. */
  readonly value: string;
  /** The whole result, in which nothing from outside may show. */
  readonly result: unknown;
}

type Operation = (call: Call) => Promise<Answer>;

/** Every public operation as one call with one path (rename: two). */
export const operations: Readonly<Record<OperationName, Operation>> = {
  async readFile({ workspace, path }) {
    const result = await workspace.readFile(path);
    return { value: result.text, result };
  },
  async readFileBytes({ workspace, path }) {
    const result = await workspace.readFile(path, { encoding: 'buffer' });
    return { value: Buffer.from(result.bytes).toString('utf8'), result };
  },
  async readFileOrUndefined({ workspace, path }) {
    const result = await workspace.readFile(path, { throwIfNoEntry: false });
    return { value: result === undefined ? 'undefined' : result.text, result };
  },
  async readFiles({ workspace, path }) {
    const result = one(await workspace.readFiles([{ path }]));
    return { value: result.text, result };
  },
  async readSnippets({ workspace, path }) {
    const result = one(await workspace.readSnippets([{ path, start: 0, end: 2 }]));
    return { value: result.text, result };
  },
  async createReadStream({ workspace, path }) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of workspace.createReadStream(path)) chunks.push(chunk);
    const value = Buffer.concat(chunks).toString('utf8');
    return { value, result: value };
  },
  async scanChanges({ library, workspace, path }) {
    const before = library.hashContent('what nobody wrote');
    const result = await workspace.scanChanges([{ path, hash: before }]);
    const failure = result.failures[0];
    if (failure !== undefined) throw failure.reason;
    const change = result.changes[0];
    if (change === undefined) return { value: 'unchanged', result };
    return { value: change.after === null ? 'removed' : contentByHash(library, change.after), result };
  },
  async listFiles({ workspace, path }) {
    const result: unknown[] = [];
    const names: string[] = [];
    for await (const entry of workspace.listFiles({ under: path })) {
      result.push(entry);
      names.push(below(path, entry.path));
    }
    return { value: names.sort().join(','), result };
  },
  async listFilesHashed({ library, workspace, path }) {
    const result: unknown[] = [];
    const names: string[] = [];
    for await (const entry of workspace.listFiles({ under: path, hash: true })) {
      result.push(entry);
      names.push(`${below(path, entry.path)}=${contentByHash(library, entry.hash)}`);
    }
    return { value: names.sort().join(','), result };
  },
  async writeFile({ workspace, path, data }) {
    const result = await workspace.writeFile(path, data, { ifMissing: 'create' });
    return { value: result.outcome, result };
  },
  async writeExisting({ workspace, path, data }) {
    const result = await workspace.writeFile(path, data);
    return { value: result.outcome, result };
  },
  async writeFiles({ workspace, path, data }) {
    const result = one(await workspace.writeFiles([{ path, data }]));
    return { value: result.outcome, result };
  },
  async writeSnippets({ workspace, path, data }) {
    const result = one(await workspace.writeSnippets([{ path, find: 'in', replacement: data }]));
    return { value: 'written', result };
  },
  async previewSnippets({ workspace, path, data }) {
    const result = one(await workspace.writeSnippets([{ path, find: 'in', replacement: data }], { dryRun: true }));
    return { value: 'previewed', result };
  },
  async updateFile({ workspace, path, data }) {
    const seen: unknown[] = [];
    const result = await workspace.updateFile(path, (current) => {
      seen.push(current);
      return data;
    });
    return { value: String(result?.outcome), result: [result, ...seen] };
  },
  async createFile({ workspace, path, data }) {
    const result = await workspace.createFile(path, data, { parents: true });
    return { value: result.outcome, result };
  },
  async createFileAlone({ workspace, path, data }) {
    const result = await workspace.createFile(path, data);
    return { value: result.outcome, result };
  },
  async createFileReplacing({ workspace, path, data }) {
    const result = await workspace.createFile(path, data, { ifExists: 'replace' });
    return { value: result.outcome, result };
  },
  async createFileKeeping({ workspace, path, data }) {
    const result = await workspace.createFile(path, data, { ifExists: 'keep' });
    return { value: result.outcome, result };
  },
  async createFiles({ workspace, path, data }) {
    const result = one(await workspace.createFiles([{ path, data }], { parents: true }));
    return { value: result.outcome, result };
  },
  async removeFile({ workspace, path }) {
    const result = await workspace.removeFile(path);
    return { value: result.outcome, result };
  },
  async rename({ workspace, path, to }) {
    const result = await workspace.rename(path, to, { ifExists: 'replace' });
    return { value: result.outcome, result };
  },
  async renameNew({ workspace, path, to }) {
    const result = await workspace.rename(path, to);
    return { value: result.outcome, result };
  },
  async stat({ workspace, path }) {
    const result = await workspace.stat(path);
    return { value: result.type, result };
  },
  async statLink({ workspace, path }) {
    const result = await workspace.stat(path, { followLinks: false });
    return { value: result.type, result };
  },
  async listDirectory({ workspace, path }) {
    const result = await workspace.listDirectory(path);
    return { value: result.map((entry) => entry.name).join(','), result };
  },
  async listDirectoryTypes({ workspace, path }) {
    const result = await workspace.listDirectory(path);
    return { value: result.map((entry) => `${entry.name}:${entry.type}:${entry.byteLength}`).join(','), result };
  },
  async createDirectory({ workspace, path }) {
    const result = await workspace.createDirectory(path, { parents: true });
    return { value: result.outcome, result };
  },
  async createDirectoryAlone({ workspace, path }) {
    const result = await workspace.createDirectory(path);
    return { value: result.outcome, result };
  },
  async removeDirectory({ workspace, path }) {
    const result = await workspace.removeDirectory(path);
    return { value: result.outcome, result };
  },
  async removeTree({ workspace, path }) {
    const result = await workspace.removeDirectory(path, { recursive: true });
    return { value: result.outcome, result };
  },
  async capabilities({ workspace, path }) {
    const result = await workspace.capabilities(path);
    return { value: result.fileSystem, result };
  },
  async readAfterClose({ workspace, path }) {
    await workspace.close();
    const result = await workspace.readFile(path);
    return { value: result.text, result };
  },
  async readAfterSetRoots({ workspace, path, to }) {
    await workspace.setRoots([to]);
    const result = await workspace.readFile(path);
    return { value: result.text, result };
  },
  // The runner takes every descriptor away before this call.
  async readWithoutDescriptors({ workspace, path }) {
    const result = await workspace.readFile(path);
    return { value: result.text, result };
  },
};

function one<T>(
  settled: readonly (
    | { readonly status: 'fulfilled'; readonly value: T }
    | { readonly status: 'rejected'; readonly reason: unknown }
  )[],
): T {
  const only = settled[0];
  if (settled.length !== 1 || only === undefined) throw new Error(`${settled.length} results for one request`);
  if (only.status === 'rejected') throw only.reason;
  return only.value;
}

function below(top: string, path: string): string {
  const trimmed = top.replace(/\/+$/, '');
  return path.startsWith(`${trimmed}/`) ? path.slice(trimmed.length + 1) : path;
}

const knownContents = ['', 'in', 'new', 'src', 'top', 'sub', 'other', 'SECRET', 'A', 'B', 'C'];

function contentByHash(library: Library, hash: string): string {
  return knownContents.find((content) => library.hashContent(content) === hash) ?? 'unknown';
}
