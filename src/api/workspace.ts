import { throwIfAborted } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { Watcher } from '../events/watcher.js';
import { applyPatches } from '../operation/apply-patches.js';
import { capabilities } from '../operation/capabilities.js';
import { createDirectory } from '../operation/create-directory.js';
import { createFile, createFiles } from '../operation/create-files.js';
import { listDirectory } from '../operation/list-directory.js';
import { listFiles } from '../operation/list-files.js';
import { lockFile } from '../operation/lock-file.js';
import { readFile } from '../operation/read-file.js';
import { readFiles } from '../operation/read-files.js';
import { readSnippets } from '../operation/read-snippets.js';
import { createReadStream } from '../operation/read-stream.js';
import { removeDirectory } from '../operation/remove-directory.js';
import { removeFile } from '../operation/remove-file.js';
import { rename } from '../operation/rename.js';
import { scanChanges } from '../operation/scan-changes.js';
import { statPath } from '../operation/stat-path.js';
import { type Update, updateFile } from '../operation/update-file.js';
import { writeFile, writeFiles } from '../operation/write-files.js';
import { writeSnippets } from '../operation/write-snippets.js';
import { checkOptions, checkSignal, optional } from '../policy/arguments.js';
import { traced } from '../telemetry/call-trace.js';
import type * as model from '../types.js';
import { checkSymlinks } from './options.js';
import { checkEventOptions } from './watch-options.js';
import type { WorkspaceState } from './workspace-state.js';

type Api = model.Workspace;

/** A workspace over its open roots: every method is one operation; see `Workspace` and the operations for what they do. */
export class RootedWorkspace implements model.Workspace {
  readonly #state: WorkspaceState;

  // Overloads say which result belongs to which options; one implementation cannot.
  readonly readFile: Api['readFile'];
  readonly stat: Api['stat'];
  readonly listFiles: Api['listFiles'];

  constructor(state: WorkspaceState) {
    this.#state = state;
    this.readFile = ((path, options) => readFile(state, path, options)) as Api['readFile'];
    this.stat = ((path, options) => statPath(state, path, options)) as Api['stat'];
    this.listFiles = ((options) => listFiles(state, options)) as Api['listFiles'];
  }

  get roots(): readonly string[] {
    return this.#state.roots;
  }

  get origin(): string {
    return this.#state.options.origin;
  }

  get limits(): model.Limits {
    return this.#state.limits;
  }

  get warnings(): readonly model.Warning[] {
    return this.#state.warnings;
  }

  readFiles(requests: readonly model.FileRequest[], options?: model.CallOptions) {
    return readFiles(this.#state, requests, options);
  }

  readSnippets(requests: readonly model.SnippetRequest[] | model.SnippetRequestSet, options?: model.CallOptions) {
    return readSnippets(this.#state, requests, options);
  }

  createReadStream(path: model.PathInput, options?: model.StreamOptions) {
    return createReadStream(this.#state, path, options);
  }

  scanChanges(known: readonly model.KnownFile[] | model.KnownFileSet, options?: model.ScanOptions) {
    return scanChanges(this.#state, known, options);
  }

  writeFile(path: model.PathInput, data: string | Uint8Array, options?: model.WriteFileOptions) {
    return writeFile(this.#state, path, data, options);
  }

  writeFiles(writes: readonly model.FileWrite[], options?: model.WriteOptions) {
    return writeFiles(this.#state, writes, options);
  }

  writeSnippets(edits: readonly model.SnippetEdit[], options?: model.EditOptions) {
    return writeSnippets(this.#state, edits, options);
  }

  applyPatches(patches: readonly model.Patch[], options?: model.PatchOptions) {
    return applyPatches(this.#state, patches, options);
  }

  updateFile(path: model.PathInput, update: Update, options?: Parameters<Api['updateFile']>[2]) {
    return updateFile(this.#state, path, update, options);
  }

  createFile(path: model.PathInput, data: string | Uint8Array, options?: model.CreateOptions) {
    return createFile(this.#state, path, data, options);
  }

  createFiles(files: readonly model.FileCreate[], options?: model.CreateOptions) {
    return createFiles(this.#state, files, options);
  }

  removeFile(path: model.PathInput, options?: model.WriteFileOptions) {
    return removeFile(this.#state, path, options);
  }

  rename(from: model.PathInput, to: model.PathInput, options?: model.RenameOptions) {
    return rename(this.#state, from, to, options);
  }

  listDirectory(path: model.PathInput, options?: model.CallOptions) {
    return listDirectory(this.#state, path, options);
  }

  createDirectory(path: model.PathInput, options?: model.CreateDirectoryOptions) {
    return createDirectory(this.#state, path, options);
  }

  removeDirectory(path: model.PathInput, options?: model.RemoveDirectoryOptions) {
    return removeDirectory(this.#state, path, options);
  }

  lock(path: model.PathInput, options?: model.LockOptions): Promise<model.FileLock> {
    return lockFile(this.#state, path, options);
  }

  async setRoots(roots: readonly model.PathInput[], options?: model.SetRootsOptions): Promise<void> {
    const given = checkOptions('setRoots', options, ['symlinks', 'signal']);
    const symlinks = optional(given.symlinks, undefined, (value) => checkSymlinks('setRoots', value));
    const signal = checkSignal('setRoots', given.signal);
    await traced(this.#state, 'setRoots', () => this.#state.setRoots(roots, symlinks, signal));
  }

  events(options?: model.EventOptions): model.FileEvents {
    const watcher = this.#watcher('events');
    return watcher.subscribe(checkEventOptions('events', options));
  }

  async flushEvents(options?: model.CallOptions): Promise<void> {
    const { signal } = checkOptions('flushEvents', options, ['signal']);
    const checked = checkSignal('flushEvents', signal);
    await traced(this.#state, 'flushEvents', async () => {
      throwIfAborted(checked, 'flushEvents');
      await this.#watcher('flushEvents').flush(checked);
    });
  }

  #watcher(operation: string): Watcher {
    // The state throws what a closed or poisoned workspace throws.
    this.#state.lease(operation).release();
    const { watcher } = this.#state;
    if (watcher) return watcher;
    throw new PlokeIoError({
      code: 'ERR_PLOKE_WATCH_DISABLED',
      message: 'The workspace was opened without the option watch',
      operation,
    });
  }

  capabilities(path?: model.PathInput) {
    return capabilities(this.#state, path);
  }

  /** Also after `close`. */
  metrics(): model.Metrics {
    return this.#state.metrics.snapshot();
  }

  async close(options?: model.CallOptions): Promise<void> {
    const { signal } = checkOptions('close', options, ['signal']);
    await this.#close(checkSignal('close', signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close(undefined);
  }

  async #close(signal: AbortSignal | undefined): Promise<void> {
    await traced(this.#state, 'close', () => this.#state.close(signal));
  }
}
