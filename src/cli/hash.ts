import { openWorkspace } from '../index.js';
import { type Command, jsonOption, rootOption } from './command.js';
import { absolute, parseCommandLine } from './command-line.js';
import { exitCode } from './exit-codes.js';
import { hashFile, settleInOrder } from './hash-file.js';
import type { Interruption } from './interruption.js';
import { describeError, type Output } from './output.js';

/** `hash FILE...`: like sha256sum, with the hashes that every command and the library take. */
export const hashCommand: Command = {
  name: 'hash',
  operands: 'FILE...',
  summary: 'Print the SHA-256 hash of each file, as the library names it.',
  options: { root: rootOption, json: jsonOption },
  run: hash,
};

async function hash(args: readonly string[], output: Output, { signal }: Interruption): Promise<number> {
  const line = parseCommandLine(args, hashCommand.options, { least: 1, most: Infinity, what: 'FILE' });
  await using workspace = await openWorkspace({ roots: [absolute(line.text('root') ?? '.')] });
  const files: unknown[] = [];
  const failures: unknown[] = [];
  const read = (path: string) => hashFile(workspace, absolute(path), signal);
  for await (const [given, outcome] of settleInOrder(line.positionals, read, signal)) {
    if (outcome.status === 'rejected') {
      failures.push(describeError(outcome.reason));
      if (!output.json) output.error(outcome.reason);
      continue;
    }
    const { path, hash: contentHash, byteLength } = outcome.value;
    files.push({ path, hash: contentHash, byteLength });
    output.line(`${contentHash}  ${given}`);
  }
  output.value({ files, failures });
  return failures.length === 0 ? exitCode.ok : exitCode.failed;
}
