import { FSWatcher } from 'chokidar';
import { hostSpelling } from '../../platform/path-spelling.js';
import { UnreferencedHandler } from './chokidar-handler.js';

export interface ChokidarOptions {
  /** Spelt as configured. */
  readonly root: string;
  /** By the path below the root; a directory's ends in `/`. */
  readonly ignores: (relative: string) => boolean;
  /** Something may have changed there. */
  readonly hint: (relative: string) => void;
  /** It may not tell of everything any more. */
  readonly failed: (error: NodeJS.ErrnoException) => void;
}

/**
 * chokidar's callbacks as hints. It watches by path, so what it says is no more than where to look: the look itself goes
 * through the root's handle. What it does not say is found by looking at everything now and then.
 */
export class ChokidarBackend {
  readonly #watcher: FSWatcher;

  private constructor(watcher: FSWatcher) {
    this.#watcher = watcher;
  }

  /** Resolves when it watches everything that is there. */
  static async open({ root, ignores, hint, failed }: ChokidarOptions): Promise<ChokidarBackend> {
    // On Windows chokidar may use either separator: the text has one.
    const relativeOf = (path: string) => hostSpelling.below(root, path) ?? '';
    const watcher = new FSWatcher({
      ignoreInitial: true,
      followSymlinks: false,
      persistent: false,
      // Our own look tells what is an atomic save, and what is still being written.
      atomic: false,
      awaitWriteFinish: false,
      ignored: (path, stats) => {
        const relative = relativeOf(path);
        // It asks again when it knows what it is.
        if (relative === '' || !stats) return false;
        return ignores(stats.isDirectory() ? `${relative}/` : relative);
      },
    });
    watcher._nodeFsHandler = new UnreferencedHandler(watcher);
    watcher.on('all', (_event, path) => hint(relativeOf(path)));
    watcher.on('error', (error) => failed(error as NodeJS.ErrnoException));
    await new Promise<void>((resolve) => {
      watcher.once('ready', resolve);
      watcher.add(root);
    });
    return new ChokidarBackend(watcher);
  }

  close(): Promise<void> {
    return this.#watcher.close();
  }
}
