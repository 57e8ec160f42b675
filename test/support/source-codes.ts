import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { projectRoot } from './child.js';

/** What the sources of the library say about codes of errors and warnings, read from their syntax trees. */
export interface SourceCodes {
  /** Codes that an object literal gives to a member `code`, with the places (`file:line`). */
  readonly made: ReadonlyMap<string, readonly string[]>;
  /** Every other mention of a code of our own: comparisons, say. */
  readonly mentioned: ReadonlyMap<string, readonly string[]>;
  /** `new PlokeIoError` with a code that is not written there: `file > function`. */
  readonly forwarding: readonly string[];
  /** `new` of an error of another class: `file > class`. */
  readonly otherErrors: readonly string[];
}

/** Where codes are declared, not made; and the command, which is a user of the library. */
const declaring = new Set(['types.ts', 'errors/code-table.ts', 'errors/warning-table.ts', 'errors/system-codes.ts']);

/** `PLOKE_IO_…` are variables of the environment. */
const ownCode = /^(?:ERR_PLOKE|PLOKE(?!_IO))_[A-Z0-9_]+$|^ABORT_ERR$/;
const anyCode = /^(?:(?:ERR_PLOKE|PLOKE)_[A-Z0-9_]+|ABORT_ERR|E[A-Z0-9]{2,})$/;

export function sourceCodes(): SourceCodes {
  const folder = path.join(projectRoot, 'src');
  const made = new Map<string, string[]>();
  const mentioned = new Map<string, string[]>();
  const forwarding: string[] = [];
  const otherErrors = new Set<string>();
  for (const file of sourceFiles(folder)) {
    const source = ts.createSourceFile(
      file,
      readFileSync(path.join(folder, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    visit(source, (node) => {
      if (ts.isStringLiteralLike(node) && !ts.isLiteralTypeNode(node.parent)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        const place = `${file}:${line + 1}`;
        if (anyCode.test(node.text) && isValueOfCode(node)) add(made, node.text, place);
        else if (ownCode.test(node.text)) add(mentioned, node.text, place);
      }
      if (ts.isNewExpression(node) && node.expression.getText() === 'PlokeIoError' && !hasWrittenCode(node)) {
        forwarding.push(`${file} > ${functionOf(node)}`);
      }
      if (ts.isNewExpression(node) && /(?:Error|Failure)$/.test(node.expression.getText())) {
        if (node.expression.getText() !== 'PlokeIoError') otherErrors.add(`${file} > ${node.expression.getText()}`);
      }
    });
  }
  return { made, mentioned, forwarding: [...new Set(forwarding)], otherErrors: [...otherErrors] };
}

/** Files of the library, below src/, that import a module of errors/ by its name. */
export function importersOf(module: string): readonly string[] {
  const folder = path.join(projectRoot, 'src');
  return sourceFiles(folder).filter((file) =>
    readFileSync(path.join(folder, file), 'utf8').includes(`/${module}.js';`),
  );
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file.endsWith('.ts') && !file.startsWith('cli/') && !declaring.has(file))
    .sort();
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

function add(codes: Map<string, string[]>, code: string, place: string): void {
  codes.set(code, [...(codes.get(code) ?? []), place]);
}

/** `code: 'X'`, `code: condition ? 'X' : 'Y'`. */
function isValueOfCode(literal: ts.Node): boolean {
  const { parent } = literal;
  if (ts.isPropertyAssignment(parent)) return parent.name.getText() === 'code' && parent.initializer === literal;
  return ts.isConditionalExpression(parent) && parent.condition !== literal && isValueOfCode(parent);
}

function hasWrittenCode(created: ts.NewExpression): boolean {
  const [init] = created.arguments ?? [];
  if (init === undefined || !ts.isObjectLiteralExpression(init)) return false;
  const code = init.properties.find((property) => property.name?.getText() === 'code');
  return code !== undefined && ts.isPropertyAssignment(code) && ts.isStringLiteralLike(code.initializer);
}

function functionOf(node: ts.Node): string {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) {
    if ((ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)) && at.name) return at.name.getText();
    if (ts.isConstructorDeclaration(at)) return 'constructor';
  }
  return '';
}
