// @ts-check
// Holds the diagram of docs/architecture.md against the code: each box is there, each layer has a box, and each arrow is an import
// that scripts/check-layers.mjs allows and that some file has.
//
//     node scripts/check-diagram.mjs [document]
//
// Prints each difference and exits with 1 when there is one.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const document = process.argv[2] ?? join(root, 'docs/architecture.md');
const checkLayers = join(root, 'scripts/check-layers.mjs');

/** @type {Record<string, string[]>} */
const mayImport = JSON.parse(execFileSync(process.execPath, [checkLayers, '--layers'], { encoding: 'utf8' }));
const diagram = /```mermaid\n([\s\S]*?)\n```/.exec(readFileSync(document, 'utf8'))?.[1] ?? '';

/** Box by name: the path that its label begins with. */
const boxes = new Map(
  [...diagram.matchAll(/^ *(\w+)\["([^"<]+)<br\/>[^"]*"\]$/gm)].map(([, name = '', path = '']) => [name, path]),
);
const arrows = [...diagram.matchAll(/^ *(\w+) *--> *(\w+)$/gm)].map(([, from = '', to = '']) => ({ from, to }));

/** @type {string[]} */
const differences = [];
if (boxes.size === 0 || arrows.length === 0) differences.push('the document has no diagram with boxes and arrows');
for (const [name, path] of boxes) {
  if (!existsSync(join(root, path))) differences.push(`${name}: there is no ${path}`);
}
for (const layer of Object.keys(mayImport)) {
  if (!boxes.has(layer)) differences.push(`${layer} is a layer and has no box`);
}
for (const { from, to } of arrows) checkArrow(from, to);

for (const difference of differences) console.log(difference);
process.exitCode = differences.length > 0 ? 1 : 0;

/** @param {string} from @param {string} to */
function checkArrow(from, to) {
  const arrow = `${from} --> ${to}`;
  if (!boxes.has(from) || !boxes.has(to)) {
    differences.push(`${arrow}: an end is no box`);
    return;
  }
  // The addon is loaded, not imported, and by this layer alone.
  if (to === 'addon') {
    if (from !== 'native') differences.push(`${arrow}: only native loads the addon`);
    return;
  }
  if (!mayImport[from]?.includes(to)) differences.push(`${arrow}: ${from} may not import ${to}`);
  else if (!imports(boxes.get(from) ?? '', to)) differences.push(`${arrow}: no file of ${from} imports ${to}`);
}

/** @param {string} path of a layer's folder or file @param {string} to */
function imports(path, to) {
  const specifier = new RegExp(`from '\\.{1,2}/(\\.\\./)*${to}(/|\\.js')`);
  return filesOf(join(root, path)).some((file) => specifier.test(readFileSync(file, 'utf8')));
}

/** @param {string} path @returns {string[]} */
function filesOf(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}
