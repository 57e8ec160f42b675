import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openWorkspace, splitPatch } from '../index.js';
import type { PatchResult, Settled } from '../types.js';
import { type Command, jsonOption, rootOption } from './command.js';
import { absolute, parseCommandLine, ratioOption } from './command-line.js';
import { exitCode } from './exit-codes.js';
import type { Interruption } from './interruption.js';
import { describeError, type Output } from './output.js';
import { shownName } from './shown-name.js';
import { readStandardInput } from './standard-input.js';
import { CommandError } from './usage.js';

/** `patch [DIFF]`: a unified diff of one or many files, each applied whole or not at all. */
export const patchCommand: Command = {
  name: 'patch',
  operands: '[DIFF]',
  summary: 'Apply a unified diff of one or many files, from DIFF or from standard input.',
  about:
    'Paths in the diff are relative to --root, without the a/ and b/ of git. Every file is patched whole or not at all, and a file that cannot be patched keeps none of the others from it: exit code 1. A hunk goes where it says, else to the only other place where its old lines are exactly.',
  options: {
    'dry-run': { type: 'boolean', help: 'Change nothing; print the diff that would be applied to what is there.' },
    'min-similarity': {
      type: 'string',
      value: 'RATIO',
      help: 'From 0 to 1 (default). Below 1 a hunk may also go to the one place that is most like its old lines, if it is at least so much like them.',
    },
    root: rootOption,
    json: jsonOption,
  },
  run: patch,
};

async function patch(args: readonly string[], output: Output, { signal }: Interruption): Promise<number> {
  const line = parseCommandLine(args, patchCommand.options, { least: 0, most: 1, what: 'one DIFF' });
  const minSimilarity = ratioOption('--min-similarity', line.text('min-similarity'));
  const dryRun = line.flag('dry-run');
  const root = absolute(line.text('root') ?? '.');

  const files = splitPatch(await readDiff(line.positionals[0], signal));
  if (files.length === 0) throw new CommandError('The diff is of no file.');
  await using workspace = await openWorkspace({ roots: [root] });
  const patches = files.map(({ path, diff }) => ({ path: resolve(root, path), diff }));
  const results = await workspace.applyPatches(patches, { dryRun, minSimilarity, signal });

  const failed = results.filter(({ status }) => status === 'rejected').length;
  for (const result of results) print(result, output);
  output.remark(`${results.length - failed} files ${dryRun ? 'can be patched' : 'patched'}, ${failed} failed`);
  output.value({ dryRun, failed, results: results.map(describeResult) });
  return failed === 0 ? exitCode.ok : exitCode.failed;
}

/** Not through a workspace: it may be a pipe, such as a shell's `<(git diff)`. @throws CommandError */
async function readDiff(file: string | undefined, signal: AbortSignal): Promise<string> {
  const isFile = file !== undefined && file !== '-';
  const bytes = isFile ? await readFile(absolute(file), { signal }) : await readStandardInput(signal);
  try {
    // A mark at its beginning is part of the diff.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CommandError('The diff is not valid UTF-8.', { cause });
  }
}

function print(result: Settled<PatchResult>, output: Output): void {
  if (result.status === 'rejected') {
    if (!output.json) output.error(result.reason);
    return;
  }
  const { value } = result;
  if (!value.applied) {
    output.line(value.preview.replace(/\n$/, ''));
    return;
  }
  output.line(`${value.outcome} ${shownName(value.path)}${placementsText(value)}`);
  for (const { code, message } of value.warnings) output.remark(`ploke-io: warning ${code}: ${message}`);
}

/** Says of a hunk only what is not as the diff has it. */
function placementsText({ hunks }: PatchResult): string {
  const moved = hunks.flatMap(({ line, offset, similarity }, index) => {
    const facts = [
      ...(offset === 0 ? [] : [`at line ${line}, ${Math.abs(offset)} ${offset < 0 ? 'above' : 'below'} its place`]),
      ...(similarity === 1 ? [] : [`${(similarity * 100).toFixed(0)} % similar`]),
    ];
    return facts.length === 0 ? [] : [`hunk ${index + 1} ${facts.join(', ')}`];
  });
  return moved.length === 0 ? '' : ` (${moved.join('; ')})`;
}

function describeResult(result: Settled<PatchResult>): Settled<unknown> | { status: 'rejected'; reason: unknown } {
  return result.status === 'fulfilled' ? result : { status: 'rejected', reason: describeError(result.reason) };
}
