import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { finished, startChild } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

test('of six processes that create the same names, each name has exactly one winner with its content whole', async () => {
  const directory = temporaryDirectory();
  const names = ['one', 'two', 'three', 'four', 'five', 'six'];
  const results = await Promise.all(
    names.map((name) => finished(startChild('test/cross-process/create-race-child.mjs', [directory, name, '100']))),
  );
  const winners = new Map<number, string>();
  for (const [index, result] of results.entries()) {
    expect(result.stderr).toBe('');
    for (const file of JSON.parse(result.stdout) as number[]) {
      expect(winners.has(file)).toBe(false);
      winners.set(file, names[index] ?? '');
    }
  }
  expect(winners.size).toBe(100);
  for (const [file, name] of winners) {
    expect(readFileSync(path.join(directory, 'deep', `race${file}`), 'utf8')).toBe(name);
  }
  expect(readdirSync(directory)).toEqual(['deep']);
});
