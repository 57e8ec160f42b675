import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Library } from './operations.js';

/**
 * A deliberately broken gateway with the shape of the library. `text` looks at the text of a path and then uses the path:
 * any link leads it out. `realpath` resolves links first, looks at the result, and then uses the path again: only what
 * happens in between leads it out. If the tables and the race do not catch these two, they prove nothing.
 */
export type NaiveCheck = 'text' | 'realpath';

class NaiveRefusal extends Error {
  readonly severity = 'fatal';
  readonly operation = 'naive';
  constructor(
    readonly code: string,
    message = code,
  ) {
    super(message);
  }
}

class NaiveWorkspace {
  constructor(
    private readonly roots: readonly string[],
    private readonly policy: string,
    private readonly check: NaiveCheck,
  ) {}

  private inside(path: string): boolean {
    return this.roots.some((root) => path === root || path.startsWith(`${root}/`));
  }

  /** Where the path leads, judged by its text; a missing last name is judged by its parent. */
  private async checked(input: unknown): Promise<string> {
    if (typeof input !== 'string' || !input.startsWith('/') || input.includes('\0')) {
      throw new NaiveRefusal('ERR_PLOKE_INVALID_PATH');
    }
    const path = resolve(input);
    if (!this.inside(path)) throw new NaiveRefusal('ERR_PLOKE_OUTSIDE_ROOTS');
    if (this.check === 'text') return path;
    const real = await realpathOrParent(path);
    if (!this.inside(real)) throw new NaiveRefusal('ERR_PLOKE_SYMLINK_ESCAPE');
    if (this.policy === 'deny' && real !== path) throw new NaiveRefusal('ERR_PLOKE_SYMLINK_DENIED');
    return path;
  }

  readFile = async (input: unknown, options?: { encoding?: string; throwIfNoEntry?: boolean }): Promise<unknown> =>
    translated(async () => {
      const path = await this.checked(input);
      const bytes = await fs.readFile(path);
      const common = { path, hash: hashContent(bytes), byteLength: bytes.length, warnings: [] };
      return options?.encoding === 'buffer' ? { ...common, bytes } : { ...common, text: bytes.toString('utf8') };
    });
  readFiles = (requests: readonly { path: unknown }[]) => settle(requests, (request) => this.readFile(request.path));
  readSnippets = (requests: readonly { path: unknown; start: number; end: number }[]) =>
    settle(requests, async ({ path, start, end }) => {
      const whole = (await this.readFile(path)) as { text: string };
      return { ...whole, text: whole.text.slice(start, end) };
    });
  async *createReadStream(input: unknown) {
    yield Buffer.from(((await this.readFile(input)) as { text: string }).text);
  }
  scanChanges = async (known: readonly { path: unknown; hash: string }[]) => {
    const changes: unknown[] = [];
    const failures: unknown[] = [];
    for (const [index, { path, hash }] of known.entries()) {
      try {
        const { hash: after } = (await this.readFile(path)) as { hash: string };
        if (after !== hash) changes.push({ index, path, before: hash, after, stamp: null });
      } catch (reason) {
        if ((reason as NaiveRefusal).code === 'ENOENT')
          changes.push({ index, path, before: hash, after: null, stamp: null });
        else failures.push({ index, reason });
      }
    }
    return { changes, failures, known: [] };
  };
  async *listFiles(options: { under?: unknown; hash?: boolean } = {}) {
    const top = await translated(() => this.checked(options.under ?? this.roots[0]));
    for (const entry of await translated(() => fs.readdir(top, { withFileTypes: true, recursive: true }))) {
      if (!entry.isFile()) continue;
      const path = `${entry.parentPath}/${entry.name}`;
      if (options.hash === true) {
        yield { path, type: 'file', hash: hashContent(await translated(() => fs.readFile(path))) };
      } else {
        yield { path, type: 'file' };
      }
    }
  }
  writeFile = async (input: unknown, data: string, options?: { ifMissing?: string }) =>
    translated(async () => {
      const path = await this.checked(input);
      if (options?.ifMissing !== 'create') await fs.access(path);
      await fs.writeFile(path, data);
      return { path, outcome: 'replaced', hash: hashContent(data), warnings: [] };
    });
  writeFiles = (writes: readonly { path: unknown; data: string }[]) =>
    settle(writes, ({ path, data }) => this.writeFile(path, data));
  writeSnippets = (
    edits: readonly { path: unknown; find: string; replacement: string }[],
    options?: { dryRun?: boolean },
  ) =>
    settle(edits, async ({ path, find, replacement }) => {
      const { text } = (await this.readFile(path)) as { text: string };
      const changed = text.replace(find, replacement);
      if (options?.dryRun === true) return { applied: false, path, preview: `-${text}\n+${changed}` };
      return { applied: true, ...(await this.writeFile(path, changed)) };
    });
  updateFile = async (path: unknown, update: (current: unknown) => string) =>
    this.writeFile(path, update(await this.readFile(path)));
  createFile = async (input: unknown, data: string, options?: { parents?: boolean; ifExists?: string }) =>
    translated(async () => {
      const path = await this.checked(input);
      if (options?.parents === true) await fs.mkdir(dirname(path), { recursive: true });
      await fs.writeFile(path, data, { flag: options?.ifExists === 'replace' ? 'w' : 'wx' });
      return { path, outcome: 'created', hash: hashContent(data), warnings: [] };
    });
  createFiles = (files: readonly { path: unknown; data: string }[], options?: { parents?: boolean }) =>
    settle(files, ({ path, data }) => this.createFile(path, data, options));
  removeFile = (input: unknown) => this.mutation(input, 'removed', (path) => fs.unlink(path));
  rename = async (from: unknown, to: unknown) =>
    translated(async () => {
      const [source, target] = [await this.checked(from), await this.checked(to)];
      await fs.rename(source, target);
      return { path: target, outcome: 'renamed', warnings: [] };
    });
  stat = async (input: unknown, options?: { followLinks?: boolean }) =>
    translated(async () => {
      const path = await this.checked(input);
      const status = options?.followLinks === false ? await fs.lstat(path) : await fs.stat(path);
      const type = status.isFile()
        ? 'file'
        : status.isDirectory()
          ? 'directory'
          : status.isSymbolicLink()
            ? 'symlink'
            : 'other';
      return { path, type, byteLength: status.size };
    });
  listDirectory = async (input: unknown) =>
    translated(async () => {
      const path = await this.checked(input);
      const names = (await fs.readdir(path)).sort();
      return names.map((name) => ({ name, path: `${path}/${name}`, type: 'file', byteLength: 0, modifiedMs: 0 }));
    });
  createDirectory = (input: unknown, options?: { parents?: boolean }) =>
    this.mutation(input, 'created', (path) => fs.mkdir(path, { recursive: options?.parents === true }));
  removeDirectory = (input: unknown, options?: { recursive?: boolean }) =>
    this.mutation(input, 'removed', (path) =>
      options?.recursive === true ? fs.rm(path, { recursive: true }) : fs.rmdir(path),
    );
  capabilities = async () => ({ fileSystem: 'naive', kernelResolution: false });
  setRoots = async () => undefined;
  close = async () => undefined;

  private mutation(input: unknown, outcome: string, act: (path: string) => Promise<unknown>) {
    return translated(async () => {
      const path = await this.checked(input);
      await act(path);
      return { path, outcome, warnings: [] };
    });
  }
}

async function realpathOrParent(path: string): Promise<string> {
  try {
    return await fs.realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path === '/') throw error;
    return `${await realpathOrParent(dirname(path))}/${basename(path)}`;
  }
}

async function translated<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof NaiveRefusal) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new NaiveRefusal(code ?? 'UNKNOWN', message);
  }
}

async function settle<T, R>(items: readonly T[], act: (item: T) => Promise<R>) {
  const settled = await Promise.allSettled(items.map(act));
  return settled as unknown[];
}

const hashContent = (data: string | Uint8Array): string => `sha256-${createHash('sha256').update(data).digest('hex')}`;

export function naiveLibrary(check: NaiveCheck): Library {
  const openWorkspace = async (options: { roots: readonly string[]; symlinks?: string }) => {
    const roots = await Promise.all(options.roots.map((root) => fs.realpath(root)));
    return new NaiveWorkspace(roots, options.symlinks ?? 'deny-cross-root', check);
  };
  // The shape is the library's as far as the cases call it, which the compiler cannot see through.
  return { openWorkspace, hashContent, PlokeIoError: NaiveRefusal } as unknown as Library;
}
