// @ts-check
// A watching workspace, and what it was told of in a few words: `update a`, `rename a -> b`, `create d/ (me)`.
import { setImmediate as turn } from 'node:timers/promises';
import { below } from './files.mjs';

/** @typedef {import('../../../src/index.js').FileEvent} FileEvent */
/** @typedef {import('./harness.mjs').Place} Place */

/** @param {string} directory @param {FileEvent} event */
export function inWords(directory, event) {
  switch (event.type) {
    case 'create':
    case 'update':
    case 'remove':
    case 'rename': {
      const name = (/** @type {string} */ file) =>
        `${below(directory, file)}${event.entryType === 'directory' ? '/' : ''}`;
      const from = event.type === 'rename' ? `${name(event.from)} -> ` : '';
      return `${event.type} ${from}${name(event.path)}${event.origin === null ? '' : ` (${event.origin})`}`;
    }
    case 'overflow':
      return `overflow ${event.source}`;
    default:
      return event.type;
  }
}

/**
 * @param {Place} place
 * @param {import('../../../src/index.js').WatchOptions} watch
 * @param {Partial<import('../../../src/index.js').WorkspaceOptions>} [options]
 */
export async function watched(place, watch, options) {
  const workspace = await place.open({ origin: 'me', watch: { debounceMs: 0, ...watch }, ...options });
  /** @type {FileEvent[]} */
  const seen = [];
  const reading = (async () => {
    for await (const event of workspace.events()) seen.push(event);
  })();
  place.atEnd(async () => {
    await workspace.close();
    await reading;
  });
  /** Everything that was delivered since the last call and was caused before this one. */
  const take = async () => {
    await workspace.flushEvents();
    // What is in the queue is handed out in microtasks.
    await turn();
    return seen.splice(0);
  };
  return { workspace, take, told: async () => (await take()).map((event) => inWords(place.directory, event)) };
}
