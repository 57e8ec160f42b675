#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { commands } from './commands.js';
import { exitCode } from './exit-codes.js';
import { overview, pageOf } from './help.js';
import { Interruption } from './interruption.js';
import { Output } from './output.js';
import { UsageError } from './usage.js';

async function main(args: readonly string[], interruption: Interruption): Promise<number> {
  // What follows `--` is a file name, or another program's command line.
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  // Wherever it stands: it decides how even a wrong command line is reported.
  const output = new Output(own.includes('--json'));
  const [name, ...rest] = args;
  const command = commands.find((known) => known.name === name);
  try {
    if (own.includes('--help') || own.includes('-h')) {
      process.stdout.write(command ? pageOf(command) : overview(commands));
      return exitCode.ok;
    }
    if (name === '--version') {
      process.stdout.write(`${packageVersion()}\n`);
      return exitCode.ok;
    }
    if (name === undefined) throw new UsageError('No command was given.');
    if (!command) throw new UsageError(`There is no command ${JSON.stringify(name)}.`);
    return await command.run(rest, output, interruption);
  } catch (error) {
    // What was aborted says so, each call in its own words; the exit code is enough.
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    output.error(error);
    if (!(error instanceof UsageError)) return exitCode.failed;
    output.remark(`Try 'ploke-io ${command ? `${command.name} ` : ''}--help'.`);
    return exitCode.usage;
  } finally {
    output.endProgress();
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const interruption = new Interruption();
interruption.listen();

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`ploke-io read … | head`) closes the pipe: that is no failure.
  if (error.code === 'EPIPE') {
    interruption.end(exitCode.ok);
    return;
  }
  process.stderr.write(`ploke-io: ${error.message}\n`);
  process.exitCode = exitCode.failed;
  interruption.end(exitCode.failed);
});
// Then there is nowhere left to say so.
process.stderr.on('error', () => {});

main(process.argv.slice(2), interruption).then((code) => {
  // An output that failed later than the work was done has set it already.
  process.exitCode ||= code;
});
