import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { projectRoot, runShell } from '../support/child.js';

test('examples/opentelemetry.mjs runs, and shows each call and what it moved', async () => {
  const temporary = mkdtempSync(path.join(projectRoot, 'build', 'example-'));
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
  const { stdout, stderr } = await runShell(`exec "${process.execPath}" examples/opentelemetry.mjs`, {
    TMPDIR: temporary,
  });
  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n')).toEqual([
    'ploke-io createFile: 7 bytes, 0 failed items, error none',
    'ploke-io updateFile: 15 bytes, 0 failed items, error none',
    'ploke-io readFiles: 15 bytes, 1 failed items, error none',
    'ploke-io readFile: 0 bytes, 0 failed items, error ENOENT',
    'createFile write: 7 By',
    'updateFile write: 15 By',
    'readFiles read: 15 By',
  ]);
});
