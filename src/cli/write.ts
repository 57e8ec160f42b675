import { openWorkspace } from '../index.js';
import type { WriteResult } from '../types.js';
import { type Command, jsonOption, rootOption } from './command.js';
import { absolute, hashOption, parseCommandLine } from './command-line.js';
import { exitCode } from './exit-codes.js';
import type { Interruption } from './interruption.js';
import type { Output } from './output.js';
import { receiptText } from './receipt-text.js';
import { shownName } from './shown-name.js';
import { readStandardInput } from './standard-input.js';
import { UsageError } from './usage.js';

/** `write FILE`: standard input becomes the content, whole or not at all. */
export const writeCommand: Command = {
  name: 'write',
  operands: 'FILE',
  summary: "Replace a file's content by what comes on standard input, whole or not at all.",
  options: {
    expect: { type: 'string', value: 'HASH', help: 'Only if the file is still this version.' },
    create: { type: 'boolean', help: 'Make a new file instead; fail if there is one.' },
    root: rootOption,
    json: jsonOption,
  },
  run: write,
};

async function write(args: readonly string[], output: Output, { signal }: Interruption): Promise<number> {
  const line = parseCommandLine(args, writeCommand.options, { least: 1, most: 1, what: 'one FILE' });
  const expectedHash = hashOption(line.text('expect'));
  const isNew = line.flag('create');
  if (isNew && expectedHash) throw new UsageError('--create and --expect exclude each other.');

  const path = absolute(line.positionals[0] ?? '');
  await using workspace = await openWorkspace({ roots: [absolute(line.text('root') ?? '.')] });
  const data = await readStandardInput(signal);
  const result: WriteResult = isNew
    ? await workspace.createFile(path, data, { signal })
    : await workspace.writeFile(path, data, { expectedHash, signal });
  output.line(`${result.outcome} ${shownName(result.path)}`);
  output.line(`  ${result.hash} (${result.byteLength} bytes)`);
  output.line(`  ${receiptText(result.receipt)}`);
  for (const { code, message } of result.warnings) output.remark(`ploke-io: warning ${code}: ${message}`);
  output.value(result);
  return exitCode.ok;
}
