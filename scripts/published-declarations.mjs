// @ts-check
// The declarations that a package needs are those that its `exports` names, and what they import. The others in dist/ are
// for the project's own tests, and are a tenth of what would be published with them.
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/**
 * @param {string} root @param {unknown} exported the `exports` of package.json
 * @param {readonly string[]} published paths below the root
 * @returns {string[]} what is missing, and what is too much
 */
export function declarationProblems(root, exported, published) {
  const needed = reachedFrom(root, typesIn(exported));
  const declarations = new Set(published.filter((path) => path.endsWith('.d.ts')));
  return [
    ...[...needed].filter((path) => !declarations.has(path)).map((path) => `${path} is needed and not published`),
    ...[...declarations]
      .filter((path) => !needed.has(path))
      .map((path) => `${path} is published, and nothing needs it`),
  ];
}

/** @param {unknown} target @returns {string[]} */
function typesIn(target) {
  if (typeof target !== 'object' || target === null) return [];
  return Object.entries(target).flatMap(([condition, value]) =>
    condition === 'types' ? [posix.normalize(String(value))] : typesIn(value),
  );
}

/** @param {string} root @param {readonly string[]} entries @returns {Set<string>} */
function reachedFrom(root, entries) {
  const reached = new Set(entries);
  // A set gives out what is added to it meanwhile as well.
  for (const path of reached) {
    if (!existsSync(join(root, path))) continue;
    for (const { fileName } of ts.preProcessFile(readFileSync(join(root, path), 'utf8')).importedFiles) {
      if (!fileName.startsWith('.')) continue;
      reached.add(posix.join(posix.dirname(path), fileName.replace(/\.js$/, '.d.ts')));
    }
  }
  return reached;
}
