import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What of the package is copied, as far as it is there: a checkout has src/, an installed package has dist/. */
const sources = ['src', 'native', 'dist', 'README.md', 'package.json'] as const;

/** A temporary folder with a copy of the package's own sources, and beside it a secret that no call may reach. */
export interface Stage {
  readonly folder: string;
  /** The workspace's root. */
  readonly project: string;
  /** Outside the root; `<project>/escape` is a link to its folder. */
  readonly secret: string;
  readonly secretText: string;
  remove(): Promise<void>;
}

export async function makeStage(): Promise<Stage> {
  const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
  // The real path, so that what is printed is what a user would see.
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'ploke-io-demo-'));
  const project = join(folder, 'project');
  const outside = join(folder, 'outside');
  const secretText = 'A secret beside the workspace.\n';
  await mkdir(project);
  await mkdir(outside);
  for (const name of sources) {
    const source = join(packageFolder, name);
    // A checkout has both src/ and dist/, which say the same.
    if (name === 'dist' && existsSync(join(packageFolder, 'src'))) continue;
    if (existsSync(source)) await cp(source, join(project, name), { recursive: true });
  }
  await writeFile(join(outside, 'secret.txt'), secretText);
  // On Windows a junction, which needs no right of its own; elsewhere the type says nothing (symlink in Node's documentation).
  await symlink('../outside', join(project, 'escape'), 'junction');
  return {
    folder,
    project,
    secret: join(outside, 'secret.txt'),
    secretText,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
