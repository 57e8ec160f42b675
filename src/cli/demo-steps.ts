import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { hashContent, PlokeIoError, packKnownFiles } from '../index.js';
import type { ContentHash, EditResult, FileEntry, KnownFileSet, Settled, Snippet, Workspace } from '../types.js';
import type { DemoReport } from './demo-report.js';
import type { Stage } from './demo-stage.js';

export interface DemoScene {
  readonly workspace: Workspace;
  readonly stage: Stage;
  readonly report: DemoReport;
  /** Checked where a step takes long. */
  readonly signal: AbortSignal;
}

/** The file that the demo edits, and the version that it edited. */
export interface Edited {
  readonly path: string;
  readonly before: ContentHash;
  readonly after: ContentHash;
  readonly end: number;
}

type HashedEntry = FileEntry & { readonly hash: ContentHash };

const snippetBytes = 200;

/** A listing with hashes, and a verified batch read of all that was listed. */
export async function showReads({ workspace, report, signal }: DemoScene): Promise<KnownFileSet> {
  report.begin('Listing: every file below the root, with its hash');
  const files: HashedEntry[] = [];
  let byteLength = 0;
  const listing = workspace.listFiles({ hash: true, signal });
  for await (const file of listing) {
    files.push(file);
    byteLength += file.byteLength;
    report.progress(`${files.length} files hashed`);
  }
  for (const { path, hash, byteLength: length } of files.slice(0, 3)) {
    report.say(`${hash.slice(0, 19)}…  ${String(length).padStart(7)}  ${path}`);
  }
  report.say(`… ${files.length} files, ${byteLength} bytes, ${listing.warnings.length} warnings`);
  report.check('files were found', files.length > 10);
  report.check(
    'nothing behind the link "escape" is listed',
    files.every(({ path }) => !path.includes(`${sep}escape${sep}`)),
  );

  report.begin('Verified batch read: the beginning of every file, if it is still the version that was listed');
  const started = performance.now();
  const texts = files.filter(({ path }) => /\.(ts|js|cc|h|md|json|map)$/.test(path));
  const requests = texts.map(({ path, hash, byteLength: length }) => ({
    path,
    start: 0,
    end: Math.min(length, snippetBytes),
    expectedHash: hash,
  }));
  const snippets = (await workspace.readSnippets(requests, { signal })).map(withoutCutCharacter);
  const ms = (performance.now() - started).toFixed(0);
  report.say(`${snippets.length} snippets of ${texts.length} files, each file read and hashed whole, in ${ms} ms`);
  const [first] = snippets;
  if (first?.status === 'fulfilled') report.quote(first.value.text.split('\n').slice(0, 2).join('\n'));
  report.check('every snippet is exactly the bytes of the file', await areTrue(snippets));
  report.check('every hash is that of the whole file', await haveTrueHashes(files));
  return packKnownFiles(files);
}

/** A snippet may end inside a character: then that is what the library says, and it is no surprise. */
function withoutCutCharacter(settled: Settled<Snippet>): Settled<Snippet> | undefined {
  return settled.status === 'rejected' && settled.reason.code === 'ERR_PLOKE_CHAR_BOUNDARY' ? undefined : settled;
}

async function areTrue(snippets: readonly (Settled<Snippet> | undefined)[]): Promise<boolean> {
  for (const snippet of snippets) {
    if (snippet === undefined) continue;
    if (snippet.status === 'rejected') return false;
    const { path, start, end, text } = snippet.value;
    if ((await readFile(path)).subarray(start, end).toString('utf8') !== text) return false;
  }
  return true;
}

async function haveTrueHashes(files: readonly HashedEntry[]): Promise<boolean> {
  for (const { path, hash } of files) if (hashContent(await readFile(path)) !== hash) return false;
  return true;
}

/** An edit by offsets: first the diff, then the write. */
export async function showEdits({ workspace, stage, report }: DemoScene): Promise<Edited> {
  report.begin('Edit by splice: a line more in README.md, everything else untouched to the byte');
  const path = join(stage.project, 'README.md');
  const current = await workspace.readFile(path, { lines: { end: 1 } });
  const edit = {
    path,
    start: current.end,
    end: current.end,
    replacement: '\nThis line was added by the demo.\n',
    expectedHash: current.hash,
  };
  const [preview] = await workspace.writeSnippets([edit], { dryRun: true });
  if (preview?.status === 'fulfilled' && !preview.value.applied) report.quote(preview.value.preview);
  const before = await readFile(path);
  const [written] = await workspace.writeSnippets([edit]);
  const result = applied(written);
  const after = await readFile(path);
  const expected = Buffer.concat([
    before.subarray(0, edit.start),
    Buffer.from(edit.replacement),
    before.subarray(edit.end),
  ]);
  if (result) report.receipt(result);
  report.check('the edit was applied', result !== undefined);
  report.check('the file is the old bytes with the new ones between them', after.equals(expected));
  report.check('the hash in the result is that of the file', result?.hash === hashContent(after));
  report.check('the write was atomic', result?.receipt.atomic === true);
  return { path, before: current.hash, after: hashContent(after), end: current.end };
}

function applied(settled: Settled<EditResult> | undefined) {
  return settled?.status === 'fulfilled' && settled.value.applied ? settled.value : undefined;
}

/** What must not happen: an edit from an old version, and a way out of the root. */
export async function showRefusals({ workspace, stage, report }: DemoScene, edited: Edited): Promise<void> {
  report.begin('Stale edit: the same edit again, from the version before');
  const { path, before, after, end } = edited;
  const [stale] = await workspace.writeSnippets([
    { path, start: end, end, replacement: 'This must not appear.', expectedHash: before },
  ]);
  const mismatch = stale?.status === 'rejected' ? stale.reason : undefined;
  if (mismatch) {
    report.refusal(mismatch);
    report.say(`expected ${mismatch.expectedHash}`);
    report.say(`found    ${mismatch.actualHash}`);
  }
  report.check('it is refused as a content mismatch', mismatch?.code === 'ERR_PLOKE_CONTENT_MISMATCH');
  report.check('with both hashes', mismatch?.expectedHash === before && mismatch.actualHash === after);
  report.check('the file is as it was', hashContent(await readFile(path)) === after);

  report.begin('Symlink escape: project/escape is a link to a folder beside the root');
  const throughLink = join(stage.project, 'escape', 'secret.txt');
  const escapes = {
    'reading through it': () => workspace.readFile(throughLink),
    'writing through it': () => workspace.writeFile(throughLink, 'This must not appear.'),
    'creating a file behind it': () => workspace.createFile(join(stage.project, 'escape', 'new.txt'), ''),
    'removing a file behind it': () => workspace.removeFile(throughLink),
  };
  for (const [what, attempt] of Object.entries(escapes)) {
    const error = await errorOf(attempt());
    if (error && what === 'reading through it') report.refusal(error);
    report.check(`${what} is refused`, error?.code === 'ERR_PLOKE_SYMLINK_ESCAPE');
  }
  report.check('the secret is untouched', (await readFile(stage.secret, 'utf8')) === stage.secretText);
}

/** Changes by the library and by others, and a scan that finds exactly those. */
export async function showChanges(
  { workspace, stage, report, signal }: DemoScene,
  known: KnownFileSet,
  edited: Edited,
): Promise<void> {
  report.begin('Create: a new file in new directories');
  const path = join(stage.project, 'notes', 'demo', 'hello.txt');
  const created = await workspace.createFile(path, 'Hello from the demo.\n', { parents: true });
  report.receipt(created);
  report.check('the file is there', (await readFile(path, 'utf8')) === 'Hello from the demo.\n');
  const again = await errorOf(workspace.createFile(path, 'Over it.\n'));
  if (again) report.refusal(again);
  report.check('creating it again is refused', again?.code === 'EEXIST');

  report.begin('Change scan: one file edited above, one changed by another program, one removed');
  const others = [...known].map((file) => String(file.path)).filter((file) => file !== edited.path);
  const [foreign = '', removed = ''] = others;
  await appendFile(foreign, '\n');
  report.say(`another program appends to ${foreign}`);
  report.receipt(await workspace.removeFile(removed));
  report.check('the removed file is gone', !existsSync(removed));

  const started = performance.now();
  const scan = await workspace.scanChanges(known, { signal });
  const ms = (performance.now() - started).toFixed(0);
  report.say(`${known.size} files hashed in ${ms} ms, ${scan.changes.length} changes:`);
  for (const change of scan.changes) {
    report.say(`${change.after === null ? 'removed ' : 'modified'} ${relative(stage.folder, change.path)}`);
  }
  const found = scan.changes.map((change) => change.path).sort();
  report.check(
    'the scan finds exactly these three',
    JSON.stringify(found) === JSON.stringify([edited.path, foreign, removed].sort()),
  );
  report.check('and no file failed', scan.failures.length === 0);
  const next = await workspace.scanChanges(scan.known);
  report.check('the next scan, from the state that this one returned, finds nothing', next.changes.length === 0);
}

async function errorOf(work: Promise<unknown>): Promise<PlokeIoError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof PlokeIoError) return error;
    throw error;
  }
}
