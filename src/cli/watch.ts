import { relative, sep } from 'node:path';
import { openWorkspace } from '../index.js';
import type { FileEvent } from '../types.js';
import { absolute, countOption, parseCommandLine } from './command-line.js';
import { describeError, type Output } from './output.js';
import { exitCode, UsageError } from './usage.js';

/** How often the count is written anew on a terminal. */
const statusMs = 500;

const letters = { create: 'A', update: 'M', remove: 'D', rename: 'R' } as const;
const backends = ['auto', 'native', 'chokidar', 'polling'] as const;

/**
 * `watch [DIR]`: prints what changes, until it is interrupted. One line an event; with --json one JSON value a line, so that
 * a program can read on while it runs.
 */
export async function watch(args: readonly string[], output: Output): Promise<number> {
  const line = parseCommandLine(
    args,
    {
      debounce: { type: 'string' },
      backend: { type: 'string' },
      count: { type: 'string' },
      json: { type: 'boolean' },
    },
    { least: 0, most: 1, what: 'one DIR' },
  );
  const backend = backends.find((known) => known === (line.text('backend') ?? 'auto'));
  if (!backend) throw new UsageError(`--backend takes one of ${backends.join(', ')}.`);
  const debounceMs = countOption('--debounce', line.text('debounce'));
  const count = countOption('--count', line.text('count')) ?? Number.POSITIVE_INFINITY;
  const directory = absolute(line.positionals[0] ?? '.');

  await using workspace = await openWorkspace({ roots: [directory], watch: { debounceMs, backend } });
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const status = new Status(output);
  try {
    await using events = workspace.events({ signal: interrupted.signal });
    output.remark(`Watching ${directory}; end with Ctrl-C.`);
    // Whoever reads this knows that nothing after it is missed.
    output.jsonLine({ type: 'watching', root: directory });
    for await (const event of events) {
      status.clear();
      print(event, directory, output);
      status.counted(event);
      if (event.type === 'root-lost') return exitCode.failed;
      if (status.changes >= count) break;
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    status.end();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
  output.remark(`${status.changes} changes`);
  return exitCode.ok;
}

function print(event: FileEvent, directory: string, output: Output): void {
  if (output.json) {
    output.jsonLine(
      'reason' in event && event.type === 'root-lost' ? { ...event, reason: describeError(event.reason) } : event,
    );
    return;
  }
  const name = (path: string) => relative(directory, path);
  switch (event.type) {
    case 'rename':
      output.line(`R ${name(event.from)} → ${name(event.path)}`);
      break;
    case 'create':
    case 'update':
    case 'remove':
      output.line(`${letters[event.type]} ${name(event.path)}${event.entryType === 'directory' ? sep : ''}`);
      break;
    case 'overflow':
      output.remark('ploke-io: the system dropped events; everything is looked at again');
      break;
    case 'degraded':
      output.remark(`ploke-io: ${event.reason.message}`);
      break;
    case 'root-lost':
      output.error(event.reason);
      break;
    case 'rescanned':
      output.remark('ploke-io: nothing is missing any more');
  }
}

/** On a terminal, one line at the bottom: how many changes, and how many a second. */
class Status {
  changes = 0;
  readonly #isShown: boolean;
  readonly #timer: NodeJS.Timeout | undefined;
  #changesBefore = 0;

  constructor(output: Output) {
    this.#isShown = !output.json && process.stderr.isTTY === true;
    if (this.#isShown) this.#timer = setInterval(() => this.#show(), statusMs).unref();
  }

  counted(event: FileEvent): void {
    if ('path' in event) this.changes++;
  }

  clear(): void {
    if (this.#isShown) process.stderr.write('\r\u001b[K');
  }

  end(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #show(): void {
    const rate = ((this.changes - this.#changesBefore) * 1000) / statusMs;
    this.#changesBefore = this.changes;
    this.clear();
    process.stderr.write(`${this.changes} changes, ${rate} a second`);
  }
}
