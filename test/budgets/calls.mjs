import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Calls of one file each, one after another. */
export async function readOneByOne(workspace, paths) {
  const results = [];
  for (const path of paths) results.push(await workspace.readFile(path));
  return results;
}

const channel = 'tracing:ploke-io:read:asyncEnd';

/** Work of which a subscriber is told that does nothing. */
export async function withSubscriber(work) {
  const listen = () => {};
  subscribe(channel, listen);
  try {
    return await work();
  } finally {
    unsubscribe(channel, listen);
  }
}
