import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { projectRoot } from './child.js';

/** An example out of a docstring. */
export interface DocExample {
  /** `Workspace.readFile`, `hashContent`. */
  readonly name: string;
  readonly code: string;
}

/** A method or an export, and the code of each fenced block in its docstring. */
interface Documented {
  readonly name: string;
  readonly blocks: readonly string[];
}

const compilerOptions: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
};

/** Every method of Workspace and every function and class that src/index.ts exports. */
export function documented(): Documented[] {
  const index = path.join(projectRoot, 'src/index.ts');
  const program = ts.createProgram([index], compilerOptions);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(index);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error('src/index.ts is no module');
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    if (exported.name === 'Workspace') return methodsOf(symbol);
    const isCode = (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class)) !== 0;
    return isCode ? [{ name: exported.name, blocks: blocksOf(symbol.declarations ?? []) }] : [];
  });
}

function methodsOf(workspace: ts.Symbol): Documented[] {
  const interfaces = (workspace.declarations ?? []).filter(ts.isInterfaceDeclaration);
  const names = new Map<string, ts.Declaration[]>();
  for (const member of interfaces.flatMap(({ members }) => [...members])) {
    if (!ts.isMethodSignature(member) || !ts.isIdentifier(member.name)) continue;
    names.set(member.name.text, [...(names.get(member.name.text) ?? []), member]);
  }
  return [...names].map(([name, members]) => ({ name: `Workspace.${name}`, blocks: blocksOf(members) }));
}

/** Out of the comment as it stands: the compiler's reader of tags takes the `@@` of a diff for one. */
function blocksOf(declarations: readonly ts.Declaration[]): string[] {
  return declarations.flatMap((declaration) =>
    ts.getJSDocCommentsAndTags(declaration).flatMap((comment) => {
      const text = comment.getText().replace(/^ *\* ?/gm, '');
      return [...text.matchAll(/^@example\n```ts\n([\s\S]*?)\n```$/gm)].map(([, code = '']) => code);
    }),
  );
}

/** The values that examples may use without importing them. */
const given = [
  'PlokeIoError',
  'hashContent',
  'packKnownFiles',
  'packSnippetRequests',
  'parseContentHash',
  'splitPatch',
];

/** A module that exports the example as a function of what an example is given. */
export function moduleOf({ code }: DocExample): string {
  const lines = code.split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  const body = lines.filter((line) => !line.startsWith('import '));
  return [
    `import { ${given.join(', ')} } from 'ploke-io';`,
    "import type { KnownFile, Workspace } from 'ploke-io';",
    ...imports,
    'interface Printer { log(...values: readonly unknown[]): void }',
    'export default async function (workspace: Workspace, root: string, console: Printer): Promise<void> {',
    ...body,
    '}',
    // Whatever an example does not use.
    `void [${given.join(', ')}]; export type Given = KnownFile;`,
  ].join('\n');
}

/** What each console.log of an example prints by what stands after its arrow, in the order of the lines. */
export function promisedOutput({ code }: DocExample): string[] {
  return code.split('\n').flatMap((line) => {
    if (!line.includes('console.log(')) return [];
    const promised = /\/\/ → (.*)$/.exec(line)?.[1];
    if (promised === undefined) throw new Error(`no arrow says what this prints: ${line}`);
    return [promised];
  });
}

/** What the compiler says of files, one string a message. */
export function typeErrors(files: readonly string[]): string[] {
  const program = ts.createProgram(files, compilerOptions);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    return `${file ? path.basename(file.fileName) : ''}: ${message}`;
  });
}

export function compiled(module: string): string {
  return ts.transpileModule(module, { compilerOptions: { ...compilerOptions, module: ts.ModuleKind.ESNext } })
    .outputText;
}

/** As they stand in the sources, for a test that none of them is left out by the reader. */
export function fencesIn(file: string): number {
  return readFileSync(path.join(projectRoot, file), 'utf8').match(/^ *\* ```ts$/gm)?.length ?? 0;
}
