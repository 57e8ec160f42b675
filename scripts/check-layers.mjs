// @ts-check
// Enforces the direction of dependencies that docs/architecture.md describes: imports of src/ point down only, nothing
// imports in a circle, and native/ keeps Node-API and the operating system in the files named for them.
//
//     node scripts/check-layers.mjs [folder with src/ and native/ | --layers]
//
// Prints each violation as `file:line rule` and exits with 1 when there is one. With `--layers`, what may import what, as JSON.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** @typedef {{ file: string, line: number, specifier: string }} Import */

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));

const leaves = ['errors', 'telemetry', 'platform', 'types'];

/** What each layer may import besides itself; type-only imports count too. `types` and `index` are single files. */
const mayImport = new Map([
  ['types', []],
  ['errors', leaves],
  ['telemetry', leaves],
  ['platform', leaves],
  ['native', leaves],
  ['cache', ['native', ...leaves]],
  ['concurrency', ['native', ...leaves]],
  ['events', ['io', 'native', ...leaves]],
  ['io', ['native', ...leaves]],
  ['policy', ['native', ...leaves]],
  ['operation', ['policy', 'io', 'concurrency', 'cache', 'native', ...leaves]],
  ['api', ['operation', 'policy', 'io', 'concurrency', 'cache', 'events', 'native', ...leaves]],
  ['index', ['api', ...leaves]],
  ['opentelemetry', ['errors', 'telemetry', 'types']],
  ['doctor', ['api', 'policy', 'io', 'native', ...leaves]],
  ['cli', ['index', 'doctor', 'types']],
]);

/** What a program that turns messages into something else has to know of whoever publishes them. */
const channelNames = 'src/telemetry/channel-names.ts';

// For scripts/check-diagram.mjs.
if (process.argv[2] === '--layers') {
  console.log(JSON.stringify(Object.fromEntries(mayImport)));
  process.exit();
}

/** @type {string[]} */
const violations = [];

/** @param {string} file @param {number} line @param {string} rule */
const report = (file, line, rule) => violations.push(`${file}:${line} ${rule}`);

checkTypeScript();
checkNative();

for (const violation of violations) console.log(violation);
process.exitCode = violations.length > 0 ? 1 : 0;

function checkTypeScript() {
  const files = filesBelow('src', ['.ts', '.mts']).filter((file) => !file.endsWith('.d.ts'));
  const known = new Set(files);
  /** @type {Map<string, Import[]>} */
  const graph = new Map();

  for (const file of files) {
    const layer = layerOf(file);
    const allowed = mayImport.get(layer);
    if (!allowed) {
      report(file, 1, `src/${layer} is no layer; add it to scripts/check-layers.mjs with what it may import`);
      continue;
    }
    /** @type {Import[]} */
    const edges = [];
    for (const { line, specifier } of importsOf(file)) {
      if (layer === 'types') {
        report(file, line, `types.ts imports nothing, but imports ${specifier}`);
        continue;
      }
      if (specifier.startsWith('@opentelemetry/') && layer !== 'opentelemetry') {
        report(file, line, `an optional peer, which src/opentelemetry alone may import: ${specifier}`);
      }
      if (!specifier.startsWith('.')) continue;
      const target = targetOf(file, specifier);
      if (!target.startsWith('src/')) {
        report(file, line, `${specifier} is outside src/`);
        continue;
      }
      const targetLayer = layerOf(target);
      if (targetLayer !== layer && !allowed.includes(targetLayer)) {
        report(file, line, `${layer} may not import ${targetLayer} (${specifier})`);
      }
      if (layer === 'opentelemetry' && targetLayer === 'telemetry' && target !== channelNames) {
        report(file, line, `of telemetry, opentelemetry may import the names of the channels only (${specifier})`);
      }
      if (known.has(target)) edges.push({ file: target, line, specifier });
    }
    graph.set(file, edges);
  }
  checkCycles(graph);
}

/** @param {Map<string, Import[]>} graph */
function checkCycles(graph) {
  /** @type {Set<string>} */
  const finished = new Set();
  /** @type {string[]} */
  const trail = [];

  /** @param {string} file */
  const visit = (file) => {
    trail.push(file);
    for (const edge of graph.get(file) ?? []) {
      const start = trail.indexOf(edge.file);
      if (start >= 0) report(file, edge.line, `import cycle: ${[...trail.slice(start), edge.file].join(' → ')}`);
      else if (!finished.has(edge.file)) visit(edge.file);
    }
    trail.pop();
    finished.add(file);
  };
  for (const file of graph.keys()) if (!finished.has(file)) visit(file);
}

/** @param {string} file @returns {Import[]} */
function importsOf(file) {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  /** @type {Import[]} */
  const found = [];

  /** @param {ts.Node} node */
  const visit = (node) => {
    const specifier = specifierOf(node);
    if (specifier && ts.isStringLiteralLike(specifier)) {
      const line = source.getLineAndCharacterOfPosition(specifier.getStart()).line + 1;
      found.push({ file, line, specifier: specifier.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** @param {ts.Node} node @returns {ts.Node | undefined} */
function specifierOf(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return node.arguments[0];
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  return undefined;
}

/** `src/io/patch.ts` is of layer io, `src/types.ts` of layer types. @param {string} file */
function layerOf(file) {
  const [, first = ''] = file.split('/');
  return first.replace(/\.m?ts$/, '');
}

/** @param {string} file @param {string} specifier */
function targetOf(file, specifier) {
  return posix.normalize(posix.join(posix.dirname(file), specifier)).replace(/\.(m?)js$/, '.$1ts');
}

function checkNative() {
  // `environment` is the state of one Node environment: the part of the binding that its files share.
  const isBinding = (/** @type {string} */ name) => /^(binding|environment)(_\w+)?\.(cc|h)$/.test(name);
  const isPlatform = (/** @type {string} */ name) =>
    /^(posix|linux|darwin|win32)(_\w+)?\.(cc|h)$/.test(name) || name === 'platform.h';
  const platformMacros =
    /\b(_WIN32|_WIN64|WIN32|_MSC_VER|__MINGW\w*|__CYGWIN__|__linux__|__linux|linux|__gnu_linux__|__GLIBC__|__ANDROID__|__APPLE__|__MACH__|TARGET_OS_\w+|__FreeBSD__|__NetBSD__|__OpenBSD__|__unix__|__unix|unix)\b/;

  for (const file of filesBelow('native', ['.cc', '.cpp', '.c', '.h', '.hpp'])) {
    const name = posix.basename(file);
    read(file)
      .split('\n')
      .forEach((text, index) => {
        const included = /^\s*#\s*include\s*[<"]([^>"]+)[>"]/.exec(text)?.[1];
        const isNodeApi = included && (/^(napi|node_api|js_native_api)/.test(included) || isBinding(included));
        if (isNodeApi && !isBinding(name)) {
          report(file, index + 1, `only the binding may know Node-API, but this includes ${included}`);
        }
        const condition = /^\s*#\s*(?:el)?if(?:n?def)?\b(.*)$/.exec(text)?.[1]?.replace(/\/[/*].*$/, '');
        const macro = condition && platformMacros.exec(condition)?.[0];
        if (macro && !isPlatform(name)) {
          report(file, index + 1, `${macro} is tested outside platform.h and the platform's own files`);
        }
      });
  }
}

/** @param {string} folder @param {string[]} endings @returns {string[]} paths from the root with `/`, in a fixed order */
function filesBelow(folder, endings) {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(root, ...file.split('/')), 'utf8');
}
