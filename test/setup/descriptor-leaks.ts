import { watch } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { openDescriptors, openedSince } from './open-descriptors.js';

// Handles are closed by callbacks that run after the promise a test awaited. Turns of the event loop let them run
// without a clock; when the file leaks nothing, the first turn is nearly always enough.
const maxTurns = 200;

let before: ReadonlyMap<number, string> = new Map();

beforeAll(async () => {
  // What the library keeps for the life of the process is opened here, so that it is not taken for a leak. In a hook, not
  // at the top: a test file may set the environment or mock a module before it loads the library itself.
  // An addon that is missing or not built fails the tests that need it, with their own message; the rest may run.
  await import('../../src/index.js').catch(() => undefined);
  // libuv keeps the descriptor of its first fs.watch for the life of the loop.
  watch(import.meta.dirname).close();
  before = openDescriptors();
});

// Hooks after a file run in reverse order of registration, so the file's own clean-up has run by now.
afterAll(async () => {
  for (let turns = 0; turns < maxTurns && openDescriptors().size > before.size; turns++) await turn();
  const after = openDescriptors();
  if (after.size > before.size) {
    const opened = openedSince(before, after).map((line) => `  ${line}`);
    throw new Error(
      `${after.size - before.size} descriptors more than before the file's first test:\n${opened.join('\n')}`,
    );
  }
});
