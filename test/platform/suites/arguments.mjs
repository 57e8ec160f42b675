// @ts-check
// Confinement by names: each system has names of its own, and so a table of its own.
import { darwinArguments } from '../cases/darwin-arguments.mjs';
import { posixArguments } from '../cases/posix-arguments.mjs';
import { runCase } from '../cases/run-case.mjs';
import { windowsArguments } from '../cases/windows-arguments.mjs';
import { suiteOf } from '../support/harness.mjs';

const test = suiteOf('arguments');

const tables = {
  win32: [windowsArguments],
  darwin: [posixArguments, darwinArguments],
  other: [posixArguments],
};

const table = process.platform === 'win32' || process.platform === 'darwin' ? tables[process.platform] : tables.other;
for (const subject of table.flat()) test(subject.name, (place) => runCase(subject, place));
