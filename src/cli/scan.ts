import { basename, dirname, join, relative } from 'node:path';
import { openWorkspace } from '../index.js';
import type { ContentHash, KnownFile, Workspace } from '../types.js';
import { type Command, jsonOption } from './command.js';
import { absolute, parseCommandLine } from './command-line.js';
import { exitCode } from './exit-codes.js';
import { hashFile, settleInOrder } from './hash-file.js';
import type { Interruption } from './interruption.js';
import { describeError, type Output } from './output.js';
import { parseScanState, type ScanState, serializeScanState } from './scan-state.js';
import { shownName } from './shown-name.js';
import { UsageError } from './usage.js';

interface Found {
  readonly kind: 'added' | 'modified' | 'deleted';
  readonly path: string;
  readonly before: ContentHash | null;
  readonly after: ContentHash | null;
}

const letters = { added: 'A', modified: 'M', deleted: 'D' } as const;

/** `scan DIR`: what changed since the state was kept, which is then advanced. Paths are relative to DIR. */
export const scanCommand: Command = {
  name: 'scan',
  operands: 'DIR',
  summary: 'Print which files were added (A), modified (M) or deleted (D) since the last scan.',
  options: {
    state: {
      type: 'string',
      value: 'FILE',
      help: 'Compare with the state kept here, and advance it. Without it, every file counts as added.',
    },
    verify: {
      type: 'string',
      value: 'HOW',
      help: 'content (default): hash every file. stamp: only those whose time stamps do not prove them same.',
    },
    gitignore: { type: 'boolean', help: 'Leave out what .gitignore files exclude.' },
    json: jsonOption,
  },
  run: scan,
};

async function scan(args: readonly string[], output: Output, { signal }: Interruption): Promise<number> {
  const line = parseCommandLine(args, scanCommand.options, { least: 1, most: 1, what: 'one DIR' });
  const verify = line.text('verify') ?? 'content';
  if (verify !== 'content' && verify !== 'stamp') throw new UsageError('--verify takes content or stamp.');
  const directory = absolute(line.positionals[0] ?? '');
  const statePath = line.text('state') === undefined ? undefined : absolute(line.text('state') ?? '');

  await using workspace = await openWorkspace({ roots: [directory] });
  // The state is a file like any other: read and replaced through a gateway of its own.
  await using stateWorkspace =
    statePath === undefined ? undefined : await openWorkspace({ roots: [dirname(statePath)] });
  const stateFile =
    statePath === undefined ? undefined : await stateWorkspace?.readFile(statePath, { throwIfNoEntry: false, signal });
  const state = stateFile === undefined ? [] : parseScanState(stateFile.text, stateFile.path);

  const scanned = await scanTree(workspace, directory, state, {
    verify,
    gitignore: line.flag('gitignore'),
    except: statePath,
    signal,
    progress: (text) => output.progress(text),
  });
  if (statePath !== undefined) {
    const text = serializeScanState(scanned.state);
    await stateWorkspace?.writeFile(statePath, text, {
      ifMissing: 'create',
      expectedHash: stateFile?.hash ?? null,
      signal,
    });
  }

  for (const { kind, path } of scanned.found) output.line(`${letters[kind]} ${shownName(path)}`);
  for (const failure of scanned.failures) if (!output.json) output.error(failure);
  for (const { code, message } of scanned.warnings) output.remark(`ploke-io: warning ${code}: ${message}`);
  const kept = statePath === undefined ? '' : `, state kept in ${basename(statePath)}`;
  output.remark(`${scanned.found.length} changes, ${scanned.state.length} files${kept}`);
  output.value({
    changes: scanned.found,
    files: scanned.state.length,
    failures: scanned.failures.map(describeError),
    warnings: scanned.warnings,
  });
  return scanned.failures.length === 0 ? exitCode.ok : exitCode.failed;
}

interface TreeOptions {
  readonly verify: 'content' | 'stamp';
  readonly gitignore: boolean;
  readonly except: string | undefined;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

async function scanTree(
  workspace: Workspace,
  directory: string,
  state: ScanState,
  { verify, gitignore, except, signal, progress }: TreeOptions,
) {
  const known: KnownFile[] = state.map(({ path, hash, stamp }) => ({ path: join(directory, path), hash, stamp }));
  if (known.length > 0) progress(`looking at ${known.length} known files`);
  const result = await workspace.scanChanges(known, { verify, signal });
  const failures: unknown[] = result.failures.map(({ reason }) => reason);
  const found: Found[] = result.changes.map(({ path, before, after }) => ({
    kind: after === null ? 'deleted' : 'modified',
    path: relative(directory, path),
    before,
    after,
  }));
  const next = new Map<string, KnownFile>();
  for (const file of result.known) next.set(String(file.path), file);

  const listing = workspace.listFiles({ gitignore, signal });
  const added: string[] = [];
  let listed = 0;
  for await (const { path } of listing) {
    progress(`${++listed} files listed`);
    if (!next.has(path) && path !== except) added.push(path);
  }
  let hashed = 0;
  for await (const [path, outcome] of settleInOrder(added, (file) => hashFile(workspace, file, signal), signal)) {
    progress(`${++hashed} of ${added.length} new files hashed`);
    if (outcome.status === 'fulfilled') {
      const { hash, stamp } = outcome.value;
      next.set(path, { path, hash, stamp });
      found.push({ kind: 'added', path: relative(directory, path), before: null, after: hash });
    } else if (outcome.reason?.code !== 'ENOENT') {
      // Gone since it was listed otherwise: then it was never there.
      failures.push(outcome.reason);
    }
  }
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const files: ScanState = [...next.values()].map(({ path, hash, stamp }) => ({
    path: relative(directory, String(path)),
    hash,
    stamp: stamp ?? null,
  }));
  return { found, failures, warnings: listing.warnings, state: files };
}
