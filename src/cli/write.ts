import { openWorkspace } from '../index.js';
import type { WriteResult } from '../types.js';
import { absolute, hashOption, parseCommandLine } from './command-line.js';
import type { Output } from './output.js';
import { receiptText } from './receipt-text.js';
import { exitCode, UsageError } from './usage.js';

/** `write FILE`: standard input becomes the content, whole or not at all. */
export async function write(args: readonly string[], output: Output): Promise<number> {
  const line = parseCommandLine(
    args,
    {
      root: { type: 'string' },
      json: { type: 'boolean' },
      expect: { type: 'string' },
      create: { type: 'boolean' },
    },
    { least: 1, most: 1, what: 'one FILE' },
  );
  const expectedHash = hashOption(line.text('expect'));
  const isNew = line.flag('create');
  if (isNew && expectedHash) throw new UsageError('--create and --expect exclude each other.');

  const path = absolute(line.positionals[0] ?? '');
  await using workspace = await openWorkspace({ roots: [absolute(line.text('root') ?? '.')] });
  const data = await readStandardInput();
  const result: WriteResult = isNew
    ? await workspace.createFile(path, data)
    : await workspace.writeFile(path, data, { expectedHash });
  output.line(`${result.outcome} ${result.path}`);
  output.line(`  ${result.hash} (${result.byteLength} bytes)`);
  output.line(`  ${receiptText(result.receipt)}`);
  for (const { code, message } of result.warnings) output.remark(`ploke-io: warning ${code}: ${message}`);
  output.value(result);
  return exitCode.ok;
}

async function readStandardInput(): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
