import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { projectRoot, runShell } from '../support/child.js';

/** The fenced block that follows a marker comment. */
function block(readme: string, marker: string): string {
  const found = new RegExp(`<!-- ${marker} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(readme);
  if (found?.[1] === undefined) throw new Error(`README has no block ${marker}`);
  return found[1];
}

test.each(['first', 'shared', 'watch'])(
  'the %s example of the README runs and prints what the README says',
  async (name) => {
    const readme = readFileSync(path.join(projectRoot, 'README.md'), 'utf8');
    // Beside package.json, so that the package's own name resolves to it.
    const script = path.join(projectRoot, 'readme-example.mjs');
    onTestFinished(() => rmSync(script, { force: true }));
    writeFileSync(script, block(readme, `example: ${name}`));
    // The example works in the temporary directory, which may be memory; the checkout is on a disk.
    const temporary = mkdtempSync(path.join(projectRoot, 'build', 'readme-'));
    onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
    const result = await runShell(`exec "${process.execPath}" "${script}"`, { TMPDIR: temporary });
    expect(result.stderr).toBe('');
    expect(result.stdout).toBe(block(readme, `output: ${name}`));
  },
);
