import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import {
  type FileEvent,
  openWorkspace,
  type WatchOptions,
  type Workspace,
  type WorkspaceOptions,
} from '../../src/index.js';
import { temporaryDirectory } from './temporary-directory.js';

export interface Watched {
  readonly directory: string;
  readonly workspace: Workspace;
  readonly at: (name: string) => string;
  /** Everything that was delivered since the last call and was caused before this one. */
  readonly take: () => Promise<FileEvent[]>;
  /** The same in a few words: `update a`, `rename a → b`, `create d/ (me)`. */
  readonly told: () => Promise<string[]>;
}

/** A workspace over a fresh directory that `prepare` has filled, and a subscriber that keeps up. */
export async function watched(
  watch: WatchOptions = {},
  options: Partial<WorkspaceOptions> = {},
  prepare: (at: (name: string) => string) => void = () => undefined,
): Promise<Watched> {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  prepare(at);
  const workspace = await openWorkspace({
    roots: [directory],
    durability: 'none',
    origin: 'me',
    watch: { debounceMs: 0, ...watch },
    ...options,
  });
  onTestFinished(() => workspace.close());
  const take = collector(workspace);
  return { directory, workspace, at, take, told: async () => (await take()).map((event) => inWords(directory, event)) };
}

/** Subscribes now. */
export function collector(workspace: Workspace): () => Promise<FileEvent[]> {
  const seen: FileEvent[] = [];
  void (async () => {
    for await (const event of workspace.events()) seen.push(event);
  })();
  return async () => {
    await workspace.flushEvents();
    // What is in the queue is handed out in microtasks.
    await turn();
    return seen.splice(0);
  };
}

export function inWords(directory: string, event: FileEvent): string {
  switch (event.type) {
    case 'create':
    case 'update':
    case 'remove':
    case 'rename': {
      const slash = event.entryType === 'directory' ? '/' : '';
      const name = (file: string) => `${path.relative(directory, file)}${slash}`;
      const from = event.type === 'rename' ? `${name(event.from)} → ` : '';
      const origin = event.origin === null ? '' : ` (${event.origin})`;
      return `${event.type} ${from}${name(event.path)}${origin}`;
    }
    case 'overflow':
      return `overflow ${event.source} ${event.dropped}`;
    default:
      return event.type;
  }
}
