// An index of a source tree: built once, kept as JSON, and brought up to date by what changed since, however it changed.
//
//     node examples/index-and-rescan.mjs
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openWorkspace, packKnownFiles } from 'ploke-io';

/** The names that a text exports: what this index is about. @param {string} text */
function exportsOf(text) {
  return [...text.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name = '']) => name);
}

/**
 * Reads files in one batch and puts what they export into the index.
 *
 * @param {import('ploke-io').Workspace} workspace
 * @param {Map<string, string[]>} index
 * @param {readonly string[]} paths
 */
async function addToIndex(workspace, index, paths) {
  for (const result of await workspace.readFiles(paths.map((path) => ({ path })))) {
    // A file may be gone again, or be no text: one failure is no other file's.
    if (result.status === 'fulfilled') index.set(result.value.path, exportsOf(result.value.text));
  }
}

const root = await realpath(await mkdtemp(join(tmpdir(), 'index-')));
await mkdir(join(root, 'src'));
await writeFile(join(root, 'src/a.js'), 'export const a = 1;\n');
await writeFile(join(root, 'src/b.js'), 'export function b() {}\n');
await writeFile(join(root, 'src/c.js'), 'export const c = 3;\n');

const workspace = await openWorkspace({ roots: [root] });
try {
  /** @type {Map<string, string[]>} */
  const index = new Map();
  const show = () => {
    const lines = [...index].map(([path, names]) => `  ${relative(root, path)}: ${names.join(' ')}`);
    console.log(lines.sort().join('\n'));
  };

  // Once: everything, with the hashes that later scans compare with.
  /** @type {import('ploke-io').FileEntry[]} */
  const files = [];
  for await (const file of workspace.listFiles({ hash: true })) files.push(file);
  await addToIndex(
    workspace,
    index,
    files.map(({ path }) => path),
  );
  const kept = JSON.stringify(packKnownFiles(/** @type {import('ploke-io').KnownFile[]} */ (files)));
  console.log('indexed');
  show();

  // Meanwhile somebody works on the tree.
  await writeFile(join(root, 'src/a.js'), 'export const a = 1;\nexport const more = 2;\n');
  await rm(join(root, 'src/b.js'));
  await writeFile(join(root, 'src/d.js'), 'export const d = 4;\n');

  // Next time: only what is not as it was is read.
  const known = packKnownFiles(JSON.parse(kept));
  const scan = await workspace.scanChanges(known);
  for (const { path, after } of scan.changes) if (after === null) index.delete(path);
  const modified = scan.changes.filter(({ after }) => after !== null).map(({ path }) => path);
  const listed = new Set([...scan.known].map(({ path }) => path));
  /** @type {string[]} */
  const added = [];
  for await (const { path } of workspace.listFiles()) if (!listed.has(path)) added.push(path);
  await addToIndex(workspace, index, [...modified, ...added]);
  console.log(
    `rescanned: ${modified.length} modified, ${scan.changes.length - modified.length} removed, ${added.length} added`,
  );
  show();
} finally {
  await workspace.close();
  await rm(root, { recursive: true });
}
