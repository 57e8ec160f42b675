import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { NodeFsHandler } from 'chokidar/handler.js';

/**
 * chokidar's handler, with watches that neither keep the process alive nor end it.
 *
 * With `persistent: false`, chokidar 5.0.0 leaves its `fs.watch` without a listener for `error`, so that one is thrown where
 * nobody can catch it; on Windows the removal of a watched directory is one (EPERM). With `persistent: true` it listens, but
 * gives nobody the handle, and the process would live as long as the watch.
 *
 * Not taken over is chokidar's own silence about that EPERM: whoever is told looks for itself.
 */
export class UnreferencedHandler extends NodeFsHandler {
  override _watchWithNodeFs(path: string, listener: (path: string) => void | Promise<void>): (() => void) | undefined {
    // Files that are polled (CHOKIDAR_USEPOLLING) have no watch that could fail.
    if (this.fsw.options.usePolling) return super._watchWithNodeFs(path, listener);
    // As chokidar does before it watches: what is not among the names of its directory is not told to be removed.
    this.fsw._getWatchedDir(dirname(path)).add(basename(path));
    try {
      const watcher = watch(path, { persistent: false }, () => void listener(path));
      watcher.on('error', this._boundHandleError);
      return () => watcher.close();
    } catch (error) {
      this._boundHandleError(error);
      return undefined;
    }
  }
}
