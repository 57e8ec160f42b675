import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { runShell } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

interface Report {
  readonly limits: { readonly maxOpenFiles: number };
  readonly failures: readonly string[];
  readonly before: number;
  readonly after: number;
  readonly peak: number;
}

test('ten thousand reads and a thousand writes at once succeed under a limit of 64 descriptors', async () => {
  const directory = temporaryDirectory();
  for (let index = 0; index < 50; index += 1) writeFileSync(path.join(directory, `file${index}`), `content ${index}\n`);
  const result = await runShell(`exec "${process.execPath}" test/faults/exhaustion-child.mjs "${directory}" 50 64`);
  expect(result.stderr).toBe('');
  const report = JSON.parse(result.stdout) as Report;
  expect(report.failures).toEqual([]);
  expect(report.peak).toBeLessThanOrEqual(64);
  expect(report.limits.maxOpenFiles).toBeLessThanOrEqual(21);
  expect(report.after).toBeLessThanOrEqual(report.before);
});

test.each(['content', 'stamp'])('a scan by %s waits until others give descriptors back', async (verify) => {
  const directory = temporaryDirectory();
  for (let index = 0; index < 600; index += 1) {
    mkdirSync(path.join(directory, `d${index % 60}`), { recursive: true });
    writeFileSync(path.join(directory, `d${index % 60}`, `file${index}`), `content ${index}\n`);
  }
  const result = await runShell(
    `exec "${process.execPath}" test/faults/scan-exhaustion-child.mjs "${directory}" ${verify}`,
  );
  expect(result.stderr).toBe('');
  const report = JSON.parse(result.stdout) as { readonly changed: readonly string[]; readonly failures: string[] };
  expect(report).toMatchObject({ failures: [], refused: ['EMFILE'] });
  expect(report.changed).toEqual(Array.from({ length: 60 }, (_, index) => `file${index * 10}`));
});

test('ten thousand requests at once stay in order, one result each', async () => {
  const directory = temporaryDirectory();
  for (let index = 0; index < 20; index += 1) writeFileSync(path.join(directory, `file${index}`), `content ${index}\n`);
  await using workspace = await openWorkspace({ roots: [directory], maxOpenFiles: 4 });
  const results = await workspace.readFiles(
    Array.from({ length: 10_000 }, (_, index) => ({
      path: path.join(directory, `file${index % 25}`),
      id: String(index),
    })),
  );
  expect(results).toHaveLength(10_000);
  for (const [index, result] of results.entries()) {
    if (index % 25 < 20) {
      expect(result).toMatchObject({
        status: 'fulfilled',
        value: { id: String(index), text: `content ${index % 25}\n` },
      });
    } else {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ENOENT' } });
    }
  }
});
