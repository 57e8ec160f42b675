import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { finished, startChild } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

test("the host's SHA-256 and the portable one give the hash that node:crypto gives, at every length around a block", async () => {
  const directory = temporaryDirectory();
  const sizes = [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 4095, 4096, 100_000, 3_000_000];
  const expected = sizes.map((size) => {
    const bytes = Buffer.alloc(size, size % 251);
    writeFileSync(path.join(directory, `size${size}`), bytes);
    return `sha256-${createHash('sha256').update(bytes).digest('hex')}`;
  });
  for (const environment of [{}, { PLOKE_IO_PORTABLE_SHA256: '1' }]) {
    const names = sizes.map((size) => path.join(directory, `size${size}`));
    const result = await finished(
      startChild('test/integration/hash-backends-child.mjs', [directory, ...names], environment),
    );
    expect(result.stderr).toBe('');
    expect(JSON.parse(result.stdout)).toEqual(expected);
  }
});
