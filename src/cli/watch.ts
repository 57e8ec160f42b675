import { relative, sep } from 'node:path';
import { openWorkspace } from '../index.js';
import type { FileEvent } from '../types.js';
import type { Command } from './command.js';
import { absolute, countOption, parseCommandLine } from './command-line.js';
import { exitCode } from './exit-codes.js';
import type { Interruption } from './interruption.js';
import { describeError, type Output } from './output.js';
import { shownName } from './shown-name.js';
import { UsageError } from './usage.js';

/** How often the count is written anew on a terminal. */
const statusMs = 500;

const letters = { create: 'A', update: 'M', remove: 'D', rename: 'R' } as const;
const backends = ['auto', 'native', 'chokidar', 'polling'] as const;

/**
 * `watch [DIR]`: prints what changes, until it is interrupted. One line an event; with --json one JSON value a line, so that
 * a program can read on while it runs.
 */
export const watchCommand: Command = {
  name: 'watch',
  operands: '[DIR]',
  summary: 'Print what changes below DIR (default: the current directory) until interrupted.',
  about:
    'Added (A), modified (M), deleted (D), renamed (R). With --json one JSON value a line, first {"type":"watching"} as soon as nothing is missed any more.',
  options: {
    debounce: { type: 'string', value: 'MS', help: 'Collect and merge changes for so long (default 250).' },
    backend: { type: 'string', value: 'NAME', help: 'auto (default), native, chokidar or polling.' },
    count: { type: 'string', value: 'N', help: 'End after N changes.' },
    json: { type: 'boolean', help: 'Print one JSON value a line; errors too, on standard error.' },
  },
  run: watch,
};

async function watch(args: readonly string[], output: Output, { signal }: Interruption): Promise<number> {
  const line = parseCommandLine(args, watchCommand.options, { least: 0, most: 1, what: 'one DIR' });
  const backend = backends.find((known) => known === (line.text('backend') ?? 'auto'));
  if (!backend) throw new UsageError(`--backend takes one of ${backends.join(', ')}.`);
  const debounceMs = countOption('--debounce', line.text('debounce'));
  const count = countOption('--count', line.text('count')) ?? Number.POSITIVE_INFINITY;
  const directory = absolute(line.positionals[0] ?? '.');

  await using workspace = await openWorkspace({ roots: [directory], watch: { debounceMs, backend } });
  const status = new Status(output);
  try {
    await using events = workspace.events({ signal });
    output.remark(`Watching ${directory}; end with Ctrl-C.`);
    // Whoever reads this knows that nothing after it is missed.
    output.jsonLine({ type: 'watching', root: directory });
    for await (const event of events) {
      print(event, directory, output);
      status.counted(event);
      if (event.type === 'root-lost') return exitCode.failed;
      if (status.changes >= count) break;
    }
    return exitCode.ok;
  } finally {
    status.end();
    output.remark(`${status.changes} changes`);
  }
}

function print(event: FileEvent, directory: string, output: Output): void {
  if (output.json) {
    output.jsonLine(
      'reason' in event && event.type === 'root-lost' ? { ...event, reason: describeError(event.reason) } : event,
    );
    return;
  }
  const name = (path: string) => shownName(relative(directory, path));
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

/** How many changes, and how many a second, where there is a terminal. */
class Status {
  changes = 0;
  readonly #output: Output;
  readonly #timer: NodeJS.Timeout;
  #changesBefore = 0;

  constructor(output: Output) {
    this.#output = output;
    this.#timer = setInterval(() => this.#show(), statusMs).unref();
  }

  counted(event: FileEvent): void {
    if ('path' in event) this.changes++;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #show(): void {
    const rate = ((this.changes - this.#changesBefore) * 1000) / statusMs;
    this.#changesBefore = this.changes;
    this.#output.progress(`${this.changes} changes, ${rate} a second`);
  }
}
