// @ts-check
// Writes docs/errors.md from the code table of the built package, or with --check says whether it is up to date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

/** @typedef {{ severity: string, retryable: boolean, meaning: string, action: string }} ErrorCode */

const table = new URL('../dist/errors/code-table.js', import.meta.url);
const page = new URL('../docs/errors.md', import.meta.url);

/** @type {{ errorCodes: Record<string, ErrorCode> }} */
const { errorCodes } = await import(table.href);

/** A bar would end the cell, and so would a line break. @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');

const rows = Object.entries(errorCodes).map(
  ([code, { severity, retryable, meaning, action }]) =>
    `| \`${code}\` | ${cell(severity)} | ${retryable ? 'yes' : 'no'} | ${cell(meaning)} | ${cell(action)} |`,
);

const text = `# Error codes

Every failure is a \`PlokeIoError\` whose \`code\` is one of these, or Node's own code (\`ENOENT\`, \`EACCES\`, \`ENOSPC\`…) for a
failure of the operating system, with its \`errno\` and \`syscall\`. The codes are part of the public interface.

- \`fatal\`: this operation failed; the workspace goes on.
- \`internal\`: a broken invariant, a bug in ploke-io; the workspace refuses further work.
- retryable: the same call, unchanged, may succeed later.

Generated from \`src/errors/code-table.ts\` by \`npm run docs\`.

| code | severity | retryable | meaning | what to do |
|---|---|---|---|---|
${rows.join('\n')}
`;

if (process.argv.includes('--check')) {
  if (readIfThere(page) !== text) {
    console.error(`docs/errors.md is not what src/errors/code-table.ts says: run \`npm run docs\``);
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
