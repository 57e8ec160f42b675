import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('one file asks what system this is', () => {
  const source = fileURLToPath(new URL('../../../src', import.meta.url));
  const asking = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && readFileSync(join(source, file), 'utf8').includes('process.platform'))
    .sort();
  expect(asking).toEqual([join('platform', 'host.ts')]);
});
