import { openWorkspace } from '../index.js';
import { absolute, parseCommandLine } from './command-line.js';
import { hashFile, settleInOrder } from './hash-file.js';
import { describeError, type Output } from './output.js';
import { exitCode } from './usage.js';

/** `hash FILE...`: like sha256sum, with the hashes that every command and the library take. */
export async function hash(args: readonly string[], output: Output): Promise<number> {
  const line = parseCommandLine(
    args,
    { root: { type: 'string' }, json: { type: 'boolean' } },
    { least: 1, most: Infinity, what: 'FILE' },
  );
  await using workspace = await openWorkspace({ roots: [absolute(line.text('root') ?? '.')] });
  const files: unknown[] = [];
  const failures: unknown[] = [];
  for await (const [given, outcome] of settleInOrder(line.positionals, (path) => hashFile(workspace, absolute(path)))) {
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
