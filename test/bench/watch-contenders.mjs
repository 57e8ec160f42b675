// The watchers that are compared. Each is loaded first; what that gives opens it, which is what is measured. `changed(path)`, if
// given, is called with each file that is told of, and nothing is collected or held back before that.
import { setImmediate, setTimeout } from 'node:timers/promises';

export const pollIntervalMs = 1_000;
const silenceMs = 1_000;

async function loadOwn(backend) {
  const { openWorkspace } = await import('../../dist/index.js');
  return async (root, changed) => {
    const watch = changed ? { backend, pollIntervalMs, debounceMs: 0 } : { backend, pollIntervalMs };
    const workspace = await openWorkspace({ roots: [root], watch });
    const troubles = workspace.warnings.map(({ message }) => message);
    async function consume(events) {
      for await (const event of events) {
        if (event.type === 'update') changed(event.path);
        else troubles.push(`${event.type}${event.path ? ` ${event.path}` : ''}`);
      }
    }
    if (changed) void consume(workspace.events());
    return {
      troubles,
      /** Resolves when all that was changed before has been told of. */
      async settled() {
        await workspace.flushEvents();
        // It is in the queue; what waits there is taken before the next turn of the event loop.
        await setImmediate();
      },
    };
  };
}

async function loadChokidar() {
  // The project's own dependency.
  const { watch } = await import('chokidar');
  return async (root, changed) => {
    const options = { ignoreInitial: true, followSymlinks: false };
    const watcher = watch(root, changed ? { ...options, atomic: false, awaitWriteFinish: false } : options);
    const troubles = [];
    watcher.on('error', (error) => troubles.push(error.message));
    let toldAt = 0;
    if (changed) {
      watcher.on('change', (file) => {
        toldAt = performance.now();
        changed(file);
      });
    }
    await new Promise((resolve) => watcher.once('ready', resolve));
    return {
      troubles,
      /** It has no barrier: nothing was told for a while. */
      async settled() {
        let quietSince = performance.now();
        while (performance.now() - quietSince < silenceMs) {
          await setTimeout(silenceMs / 20);
          quietSince = Math.max(quietSince, toldAt);
        }
      },
    };
  };
}

export const native = 'ploke-io native';
export const polling = 'ploke-io polling';
export const chokidar = 'chokidar';

export const contenders = new Map([
  [native, () => loadOwn('native')],
  [chokidar, loadChokidar],
  [polling, () => loadOwn('polling')],
]);
