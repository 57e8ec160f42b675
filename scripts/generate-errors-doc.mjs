// @ts-check
// Writes docs/errors.md from the code tables of the built package, or with --check says whether it is up to date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

/** @typedef {{ severity?: string, retryable?: boolean, meaning?: string, action: string }} CodeFacts */

const page = new URL('../docs/errors.md', import.meta.url);

/** @param {string} file @param {string} name @returns {Promise<Record<string, CodeFacts>>} */
const table = async (file, name) => (await import(new URL(`../dist/errors/${file}.js`, import.meta.url).href))[name];

const errorCodes = await table('code-table', 'errorCodes');
const systemCodes = await table('system-codes', 'systemCodes');
const warningCodes = await table('warning-table', 'warningCodes');

/** A bar would end the cell, and so would a line break. @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');

/** @param {Record<string, CodeFacts>} codes @param {(facts: CodeFacts) => readonly string[]} cells */
const rows = (codes, cells) =>
  Object.entries(codes)
    .map(([code, facts]) => `| \`${code}\` | ${cells(facts).map(cell).join(' | ')} |`)
    .join('\n');

/** @param {boolean | undefined} flag */
const yesOrNo = (flag) => (flag ? 'yes' : 'no');

const text = `# Error codes

Every failure is a \`PlokeIoError\` whose \`code\` is one of these, or Node's own code (\`ENOENT\`, \`EACCES\`, \`ENOSPC\`…) for a
failure of the operating system, with its \`errno\` and \`syscall\`. The codes are part of the public interface; programs have
them as \`errorCodes\` and \`warningCodes\`.

- \`fatal\`: this operation failed; the workspace goes on.
- \`internal\`: a broken invariant, a bug in ploke-io; the workspace refuses further work. \`details.report\` holds what a report
  of it needs beside the stacks.
- retryable: the same call, unchanged, may succeed later.

The message reads \`<what went wrong>: <path>. <what to do next>\`. Branch on \`code\`, never on the message.

Generated from \`src/errors/*-table.ts\` and \`src/errors/system-codes.ts\` by \`npm run docs\`.

## Codes of ploke-io

| code | severity | retryable | meaning | what to do |
|---|---|---|---|---|
${rows(errorCodes, ({ severity = '', retryable, meaning = '', action }) => [severity, yesOrNo(retryable), meaning, action])}

## Codes of the operating system

As they are on Linux; on Windows and macOS some say other things to do. All are \`fatal\`. Any other code is not retryable, and
explained in errno(3).

| code | retryable | what to do |
|---|---|---|
${rows(systemCodes, ({ retryable, action }) => [yesOrNo(retryable), action])}

## Warnings

A warning is a value, \`{ code, message, path? }\`: in \`workspace.warnings\`, in the \`warnings\` of a result or a listing, as the
\`reason\` of a \`degraded\` event. What a listing leaves out because it could not be read is a warning with the code of the
error. The message names no file, \`path\` does.

| code | meaning | what to do |
|---|---|---|
${rows(warningCodes, ({ meaning = '', action }) => [meaning, action])}

## Errors as data

\`error.toJSON()\` (and so \`JSON.stringify\`) has \`name\`, \`message\`, every member that is present, and \`cause\`: of a
\`PlokeIoError\` its own JSON, of any other error name, message, code and cause, of anything else its text or its type. It has no
stack. \`structuredClone\` and \`postMessage\` make a plain \`Error\` of any error, with its message, stack and cause alone, and refuse
one whose cause they cannot copy: pass them \`error.toJSON()\`. Results are plain objects, which they take as they are, but for the
\`reason\` of a rejected item.

## Redaction

\`openWorkspace({ redactPaths })\` decides how paths are told in whatever may end up in a log.

| redactPaths | a path below a root | any other path |
|---|---|---|
| \`'none'\` (default) | as it is | as it is |
| \`'relative'\` | \`<root 0>/src/a.ts\`: the number is the place of the root in \`workspace.roots\` | \`path-\` and 16 hex digits |
| \`'hash'\` | \`path-\` and 16 hex digits | \`path-\` and 16 hex digits |

- Redacted are errors as a whole (\`message\`, \`path\`, \`details\`, \`cause\`, \`result\`, \`stack\`), wherever they come out: rejections
  and throws, \`reason\` in results, streams, events and \`lock.signal\`, \`openWorkspace\` and \`setRoots\`; the \`path\` of warnings;
  and telemetry.
- Not redacted is what a call returns as data: \`path\` in results, events and listings, \`workspace.roots\`, \`capabilities()\`.
  Nor are the frames of \`stack\`, which name the files of your program, but for the paths of the roots in them.
- Nor is what the function of \`updateFile\` throws: it comes out as the very object that was thrown. The \`cause\` of an
  \`ABORT_ERR\` is a redacted copy of the reason of your \`signal\`, which still has what you gave. Telemetry redacts both.
- Equal paths give equal texts within a workspace, so that the lines of a log can be related. The hash is keyed (HMAC-SHA-256,
  64 bits of it) with a random key of the workspace: paths are so easily guessed that without a key whoever has the log could
  try them out. So the texts of two workspaces, or of two runs, do not compare.
- What you passed and was refused is told as a path where a path was expected, and as \`a string of 12 characters\` elsewhere.
- A \`cause\` that is not ours is replaced by a copy with its name, code, errno and syscall, and its message with the known paths
  replaced. Where that leaves a \`/\` or a \`\\\` in it, it is withheld as a whole, since nobody can tell where a path ends in it.
  The same goes for the purpose of a lock and for the reason of a signal: \`error.cause === signal.reason\` holds with \`'none'\`
  only. A bare file name in such a text is not recognised.
- Functions that belong to no workspace (\`splitPatch\`, \`packKnownFiles\`, \`hashContent\`…) redact nothing, and neither are
  errors touched that the \`update\` of \`updateFile\` throws and that are not \`PlokeIoError\`s.
`;

if (process.argv.includes('--check')) {
  if (readIfThere(page) !== text) {
    console.error(`docs/errors.md is not what the tables in src/errors/ say: run \`npm run docs\``);
    process.exitCode = 1;
  }
} else {
  mkdirSync(new URL('.', page), { recursive: true });
  writeFileSync(page, text);
}

/** @param {URL} file */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
