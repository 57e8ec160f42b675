import { IgnoreRules } from '../policy/ignore-rules.js';
import { parentOf, resolveEntry } from '../policy/resolve.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import { type WalkDirectory, walkDirectory } from './directory-walk.js';
import { readGitignores } from './gitignore-files.js';
import type { Warn } from './listed-path.js';
import type { ReadScope } from './read-scope.js';

/** Each root, in the configured order; an absorbed one is found in the root that absorbed it. */
export function startsOfRoots(scope: ReadScope, ignore: readonly string[]): WalkDirectory[] {
  return scope.lease.rootPaths.map((path) => walkDirectory(path, '', IgnoreRules.ofRoot(ignore), true));
}

/**
 * One directory, with the .gitignore files of the directories above it, as far up as its root. The directory itself was
 * asked for, so no pattern excludes it.
 */
export async function startUnder(
  scope: ReadScope,
  path: string,
  ignore: readonly string[],
  gitignore: boolean,
  warn: Warn,
): Promise<WalkDirectory> {
  const target = scope.lease.resolve(path, scope.operation);
  const directories = directoriesAbove(target);
  const texts = gitignore ? await readGitignoresIn(scope, directories, warn) : [];
  let rules = IgnoreRules.ofRoot(ignore);
  for (const [index, directory] of directories.entries()) {
    const text = texts[index] ?? '';
    const base = directoryPath(directory);
    if (base !== '') rules = rules.entering(base);
    if (text !== '') rules = rules.with(text, base);
  }
  const start = directoryPath(target);
  return walkDirectory(target.path, start, start === '' ? rules : rules.entering(start), true);
}

function readGitignoresIn(scope: ReadScope, directories: readonly ResolvedPath[], warn: Warn): Promise<string[]> {
  const files = directories.map((directory) => resolveEntry(directory, '.gitignore'));
  return readGitignores(scope, files, warn);
}

/** From the root down, without the directory itself. */
function directoriesAbove(target: ResolvedPath): ResolvedPath[] {
  const directories: ResolvedPath[] = [];
  for (let parent = parentOf(target); parent !== undefined; parent = parentOf(parent)) directories.unshift(parent);
  return directories;
}

function directoryPath({ relative }: ResolvedPath): string {
  return relative === '' || relative.endsWith('/') ? relative : `${relative}/`;
}
