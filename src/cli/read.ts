import { openWorkspace } from '../index.js';
import { type Command, jsonOption, rootOption } from './command.js';
import { absolute, hashOption, linesOption, parseCommandLine, rangeOption } from './command-line.js';
import { exitCode } from './exit-codes.js';
import type { Interruption } from './interruption.js';
import type { Output } from './output.js';
import { UsageError } from './usage.js';

/** `read FILE`: the bytes as they are; with --json the file as text, with its hash. */
export const readCommand: Command = {
  name: 'read',
  operands: 'FILE',
  summary: 'Print a file, or a part of it, verified.',
  about: 'Prints the bytes as they are; with --json the text, its place in the file, and the hash of the whole file.',
  options: {
    range: {
      type: 'string',
      value: 'START:END',
      help: 'Bytes from START up to END, counted from 0. Either may be left out.',
    },
    lines: {
      type: 'string',
      value: 'FIRST:LAST',
      help: 'Lines, counted from 1, both included. Either may be left out.',
    },
    expect: { type: 'string', value: 'HASH', help: 'Fail if the file is not this version.' },
    root: rootOption,
    json: jsonOption,
  },
  run: read,
};

async function read(args: readonly string[], output: Output, { signal }: Interruption): Promise<number> {
  const line = parseCommandLine(args, readCommand.options, { least: 1, most: 1, what: 'one FILE' });
  const range = rangeOption(line.text('range'));
  const lines = linesOption(line.text('lines'));
  if (range && lines) throw new UsageError('--range and --lines exclude each other.');
  const options = { range, lines, expectedHash: hashOption(line.text('expect')), signal };

  const [file = ''] = line.positionals;
  await using workspace = await openWorkspace({ roots: [absolute(line.text('root') ?? '.')] });
  if (output.json) {
    output.value(await workspace.readFile(absolute(file), options));
  } else {
    const { bytes } = await workspace.readFile(absolute(file), { ...options, encoding: 'buffer' });
    output.raw(bytes);
  }
  return exitCode.ok;
}
