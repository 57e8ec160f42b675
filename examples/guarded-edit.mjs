// Edits a file that others edit too. Nothing of theirs is overwritten: an edit whose base is gone is refused, and made again
// from what the file holds now.
//
//     node examples/guarded-edit.mjs
import { mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace } from 'ploke-io';

const mostAttempts = 5;

/**
 * Replaces a text that occurs once. `ERR_PLOKE_CONTENT_MISMATCH` is the one failure that a new attempt can cure here; that
 * the text is gone, or occurs twice by now, is the caller's to decide.
 *
 * @param {import('ploke-io').Workspace} workspace
 * @param {{ path: string, find: string, replacement: string, beforeWrite?: () => Promise<void> }} edit
 */
async function editGuarded(workspace, { path, find, replacement, beforeWrite }) {
  for (let attempt = 1; ; attempt++) {
    const { hash } = await workspace.readFile(path);
    await beforeWrite?.();
    const [result] = await workspace.writeSnippets([{ path, find, replacement, expectedHash: hash }]);
    if (result?.status === 'fulfilled') return { ...result.value, attempt };
    if (result?.reason.code !== 'ERR_PLOKE_CONTENT_MISMATCH' || attempt === mostAttempts) throw result?.reason;
    console.log(`attempt ${attempt}: somebody else was faster`);
  }
}

const root = await realpath(await mkdtemp(join(tmpdir(), 'guarded-edit-')));
const workspace = await openWorkspace({ roots: [root] });
try {
  const path = join(root, 'settings.ini');
  await workspace.createFile(path, 'colour = red\nsize = 1\n');

  // An editor saves another line, between our read and our write, the way editors do: by a rename over the file.
  let hasSaved = false;
  const editorSaves = async () => {
    if (hasSaved) return;
    hasSaved = true;
    await writeFile(`${path}~`, 'colour = red\nsize = 2\n');
    await rename(`${path}~`, path);
  };

  const edit = { path, find: 'red', replacement: 'blue', beforeWrite: editorSaves };
  const { attempt, receipt } = await editGuarded(workspace, edit);
  console.log(`attempt ${attempt}: written, ${receipt.compareAndSwap}`);
  console.log((await workspace.readFile(path)).text.trimEnd());

  // What no attempt can cure comes out at once.
  const again = editGuarded(workspace, { path, find: 'red', replacement: 'green' });
  console.log(await again.catch((error) => error.code));
} finally {
  await workspace.close();
  await rm(root, { recursive: true });
}
