import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { projectRoot, runShell } from '../support/child.js';

const outputs: Readonly<Record<string, readonly string[]>> = {
  'guarded-edit': [
    'attempt 1: somebody else was faster',
    'attempt 2: written, swap-verified',
    'colour = blue',
    'size = 2',
    'ERR_PLOKE_EDIT_NOT_UNIQUE',
  ],
  'index-and-rescan': [
    'indexed',
    '  src/a.js: a',
    '  src/b.js: b',
    '  src/c.js: c',
    'rescanned: 1 modified, 1 removed, 1 added',
    '  src/a.js: a more',
    '  src/c.js: c',
    '  src/d.js: d',
  ],
  'watch-without-echo': [
    'untidy.txt is formatted',
    'tidy.txt was in order',
    'create untidy.txt by somebody else',
    'update untidy.txt by formatter',
    'create tidy.txt by somebody else',
  ],
  'config-store': [
    'without a file: {}',
    "after three processes: { colour: 'blue', count: 300 }",
    'The configuration is no JSON; it was left as it is',
    'config.json holds { "colour": "red",',
  ],
};

test.each(Object.entries(outputs))(
  'examples/%s.mjs runs, prints what it should, and leaves nothing behind',
  async (name, lines) => {
    // On a disk, as the checkout is: the temporary directory may be memory.
    const temporary = mkdtempSync(path.join(projectRoot, 'build', 'example-'));
    onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
    const { code, stdout, stderr } = await runShell(`exec "${process.execPath}" examples/${name}.mjs`, {
      TMPDIR: temporary,
    });
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toEqual(lines);
    expect(code).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  },
);

test('every example is named in examples/README.md and can be run as it stands', () => {
  const programs = readdirSync(path.join(projectRoot, 'examples')).filter((name) => name.endsWith('.mjs'));
  const readme = readFileSync(path.join(projectRoot, 'examples/README.md'), 'utf8');
  for (const name of Object.keys(outputs)) expect(programs).toContain(`${name}.mjs`);
  for (const name of programs) expect(readme).toContain(`(${name})`);
});
