import { describe, expect, test } from 'vitest';
import { conditions } from '../support/conditions.js';
import { readBaseline } from './baseline.mjs';
import { instructionsOf } from './callgrind-file.mjs';
import { expectWithin } from './expect-within.js';
import { measureInstructions } from './instructions.mjs';

describe.skipIf(!conditions.valgrind || !conditions.baselineAddon)('counted by callgrind', () => {
  test('batches need the instructions that the baseline has', () => {
    expectWithin(measureInstructions(), readBaseline().instructions);
  });
});

test('a file of counts gives each function its own instructions, not those of what it calls', () => {
  const file = [
    'version: 1\npositions: line\nevents: Ir\n',
    'ob=(1) /a.so\nfl=(1) ???\nfn=(1) one(int)\n0 100\ncob=(2) /b.so\ncfi=(2) b.c\ncfn=(2) two\ncalls=3 0\n0 4000\n+4 10\n',
    'ob=(2)\nfl=(2)\nfn=(2)\n0 4000\n\nob=(1)\nfl=(1)\nfn=(3) one::more\n* 1\n\ntotals: 4111\n',
  ].join('\n');
  const sums = instructionsOf(file, (object: string, name: string) => `${object} ${name}`);
  expect([...sums]).toEqual([
    ['/a.so one(int)', 110],
    ['/b.so two', 4000],
    ['/a.so one::more', 1],
  ]);
});
