import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../support/child.js';

const directory = path.join(projectRoot, 'docs/decisions');
const records = readdirSync(directory).sort();

test('no two decisions have one number', () => {
  const numbers = records.map((name) => name.slice(0, 4));
  expect(new Set(numbers).size).toBe(records.length);
});

test.each(records)('%s says why, what, what follows and which tests hold it, in 25 to 60 lines', (name) => {
  const text = readFileSync(path.join(directory, name), 'utf8');
  expect(text).toMatch(new RegExp(`^# ${Number(name.slice(0, 4))}\\. .+\n\nStatus: (accepted|superseded by \\d+)\n`));
  const sections = [...text.matchAll(/^## (Context|Decision|Consequences|Tests)$/gm)].map(([, title]) => title);
  expect(sections).toEqual(['Context', 'Decision', 'Consequences', 'Tests']);
  const lines = text.trimEnd().split('\n').length;
  expect(lines).toBeGreaterThanOrEqual(25);
  expect(lines).toBeLessThanOrEqual(60);
});
