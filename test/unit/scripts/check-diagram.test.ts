import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../support/child.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const committed = readFileSync(path.join(projectRoot, 'docs/architecture.md'), 'utf8');

/** The lines that the check prints of a document; none: it holds. */
function differences(document: string): string[] {
  const file = path.join(temporaryDirectory(), 'architecture.md');
  writeFileSync(file, document);
  const script = path.join(projectRoot, 'scripts/check-diagram.mjs');
  try {
    return execFileSync(process.execPath, [script, file], { encoding: 'utf8' }).split('\n').filter(Boolean);
  } catch (error) {
    return String((error as { stdout: unknown }).stdout)
      .split('\n')
      .filter(Boolean);
  }
}

test('the diagram that is committed is that of the code', () => {
  expect(differences(committed)).toEqual([]);
});

test.each([
  ['a box of what is not there', '"src/cache/<br/>', '"src/caches/<br/>', 'cache: there is no src/caches/'],
  ['a layer that is left out', '  cli["src/cli/<br/>the command"]\n', '', 'cli is a layer and has no box'],
  ['an arrow that is not allowed', '  cli --> index\n', '  cli --> api\n', 'cli --> api: cli may not import api'],
  [
    'an arrow the other way',
    '  policy --> native\n',
    '  native --> policy\n',
    'native --> policy: native may not import policy',
  ],
  [
    'an arrow that no import makes',
    '  cli --> index\n',
    '  cache --> telemetry\n',
    'cache --> telemetry: no file of cache imports telemetry',
  ],
  ['an arrow to no box', '  cli --> index\n', '  cli --> elsewhere\n', 'cli --> elsewhere: an end is no box'],
  [
    'somebody else who loads the addon',
    '  native --> addon\n',
    '  io --> addon\n',
    'io --> addon: only native loads the addon',
  ],
])('it finds %s', (_, text, replacement, difference) => {
  expect(committed).toContain(text);
  expect(differences(committed.replace(text, replacement))).toContain(difference);
});

test('it does not take a document without a diagram for one that holds', () => {
  expect(differences('# Architecture\n')).toContain('the document has no diagram with boxes and arrows');
});
