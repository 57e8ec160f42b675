import { openWorkspace } from '../index.js';
import { absolute, hashOption, linesOption, parseCommandLine, rangeOption } from './command-line.js';
import type { Output } from './output.js';
import { exitCode, UsageError } from './usage.js';

/** `read FILE`: the bytes as they are; with --json the file as text, with its hash. */
export async function read(args: readonly string[], output: Output): Promise<number> {
  const line = parseCommandLine(
    args,
    {
      root: { type: 'string' },
      json: { type: 'boolean' },
      range: { type: 'string' },
      lines: { type: 'string' },
      expect: { type: 'string' },
    },
    { least: 1, most: 1, what: 'one FILE' },
  );
  const range = rangeOption(line.text('range'));
  const lines = linesOption(line.text('lines'));
  if (range && lines) throw new UsageError('--range and --lines exclude each other.');
  const options = { range, lines, expectedHash: hashOption(line.text('expect')) };

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
