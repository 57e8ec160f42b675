import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runShell } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const files = 40;
const fileBytes = 64 * 1024;
const requests = 100_000;

test('a hundred thousand requests at once take memory by the request, not by what they read', async () => {
  const directory = temporaryDirectory();
  for (let index = 0; index < files; index += 1)
    writeFileSync(path.join(directory, `file${index}`), 'x'.repeat(fileBytes));
  const child = `test/limits/many-requests-child.mjs "${directory}" ${files} ${requests}`;
  const result = await runShell(`exec "${process.execPath}" --expose-gc ${child}`);
  expect(result.stderr).toBe('');
  const report = JSON.parse(result.stdout) as Readonly<Record<string, number>>;
  expect(report).toMatchObject({ read: requests, bytes: requests * fileBytes, refused: 0 });
  // All contents at once would be 6,250 MiB. A call that waits holds 3 KB, and V8 lets garbage grow to four times as much.
  expect(report.callsGrewMiB).toBeLessThan(2_000);
  expect(report.batchGrewMiB).toBeLessThan(1_000);
}, 300_000);
