// @ts-check
// npm run api: writes docs/api-report.md, the public surface as the declarations in dist/ have it, entry by entry. With
// --check it says whether the committed report is what the sources give: a change of the surface is then a change of a file
// that a reviewer sees (docs/decisions/0014-stability.md).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    // The project's own folder; a test gives another.
    root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
  },
});
const report = join(options.root, 'docs/api-report.md');
/** @type {{ exports: Record<string, string | { types?: string }> }} */
const manifest = JSON.parse(readFileSync(join(options.root, 'package.json'), 'utf8'));

/** @type {[string, string][]} */
const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'object' && target.types !== undefined ? [[name, join(options.root, target.types)]] : [],
);
const others = Object.keys(manifest.exports).filter((name) => !entries.some(([entry]) => entry === name));

const program = ts.createProgram({
  rootNames: entries.map(([, file]) => file),
  options: {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    strict: true,
    noEmit: true,
  },
});
const wrong = ts.getPreEmitDiagnostics(program);
if (wrong.length > 0) {
  const getCanonicalFileName = (/** @type {string} */ name) => name;
  const host = { getCurrentDirectory: () => options.root, getCanonicalFileName, getNewLine: () => '\n' };
  console.error(ts.formatDiagnostics(wrong, host));
  process.exit(1);
}
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });

/** @param {[string, string]} entry */
function section([name, file]) {
  const source = program.getSourceFile(file);
  const symbol = source && checker.getSymbolAtLocation(source);
  if (symbol === undefined) throw new Error(`${file} is no module`);
  const shown = checker
    .getExportsOfModule(symbol)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(declarationsOf);
  const specifier = name.replace(/^\./, 'ploke-io');
  return `## ${specifier}\n\n\`\`\`ts\n${shown.join('\n\n')}\n\`\`\`\n`;
}

/** @param {ts.Symbol} exported */
function declarationsOf(exported) {
  const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
  const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
  const declarations = symbol.getDeclarations() ?? [];
  if (declarations.length === 0) throw new Error(`${exported.name} is declared nowhere`);
  return declarations
    .map((declaration) => {
      const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
      return printer.printNode(ts.EmitHint.Unspecified, statement, declaration.getSourceFile());
    })
    .join('\n');
}

const text = `# Public surface

What a program can import from ploke-io, without the comments: a member that is not here is not public. Made by \`npm run api\` from
the declarations of the package; \`npm run lint\` fails where it differs. What may change when is in
[UPGRADING.md](../UPGRADING.md).

${entries.map(section).join('\n')}
## Files

${others.map((name) => `- \`${name.replace(/^\./, 'ploke-io')}\``).join('\n')}
`;

if (!options.check) writeFileSync(report, text);
else {
  const committed = readFileSync(report, 'utf8');
  if (committed !== text) {
    const old = new Set(committed.split('\n'));
    const now = new Set(text.split('\n'));
    for (const line of old) if (!now.has(line)) console.error(`- ${line}`);
    for (const line of now) if (!old.has(line)) console.error(`+ ${line}`);
    console.error(
      'the public surface is not what docs/api-report.md says: run `npm run api` and have the change reviewed',
    );
    process.exitCode = 1;
  }
}
