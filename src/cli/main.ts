#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { demo } from './demo.js';
import { hash } from './hash.js';
import { Output } from './output.js';
import { read } from './read.js';
import { scan } from './scan.js';
import { exitCode, help, UsageError } from './usage.js';
import { watch } from './watch.js';
import { write } from './write.js';

/** Runs with the arguments after its name; resolves to the exit code. */
type Command = (args: readonly string[], output: Output) => Promise<number>;

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['demo', demo],
  ['hash', hash],
  ['read', read],
  ['scan', scan],
  ['watch', watch],
  ['write', write],
]);

async function main(args: readonly string[]): Promise<number> {
  // Wherever it stands: it decides how even a wrong command line is reported.
  const output = new Output(args.includes('--json'));
  try {
    const [name, ...rest] = args;
    if (name === undefined) throw new UsageError('No command was given.');
    // What follows `--` is a file name.
    const end = args.indexOf('--');
    const options = end < 0 ? args : args.slice(0, end);
    if (options.includes('--help') || options.includes('-h')) {
      process.stdout.write(help);
      return exitCode.ok;
    }
    if (name === '--version') {
      process.stdout.write(`${packageVersion()}\n`);
      return exitCode.ok;
    }
    const command = commands.get(name);
    if (!command) throw new UsageError(`There is no command ${JSON.stringify(name)}.`);
    return await command(rest, output);
  } catch (error) {
    output.error(error);
    if (!(error instanceof UsageError)) return exitCode.failed;
    output.remark("Try 'ploke-io --help'.");
    return exitCode.usage;
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

// A reader that has seen enough (`ploke-io read … | head`) closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.ok);
  process.stderr.write(`ploke-io: ${error.message}\n`);
  process.exit(exitCode.failed);
});

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
