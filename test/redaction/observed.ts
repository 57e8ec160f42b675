import { appendFileSync } from 'node:fs';
import { expect } from 'vitest';
import { everyText } from './every-text.js';

/** What every temporary directory has in its path; set by scripts/test-redaction.mjs, as the others are. */
const marker = process.env.PLOKE_IO_TEST_MARKER ?? '';
const log = process.env.PLOKE_IO_TEST_REDACTION_LOG ?? '';

/** How workspaces are opened that do not say themselves how they are to be. */
export const modeUnderTest = process.env.PLOKE_IO_TEST_REDACTION as 'none' | 'relative' | 'hash';

let searched = 0;

/** Searches what the library gave out for the marker, and writes down where it was found. */
export function search(where: string, value: unknown): void {
  searched++;
  const text = everyText(value);
  if (!text.includes(marker)) return;
  const { testPath, currentTestName } = expect.getState();
  write({ leak: { test: `${testPath} > ${currentTestName}`, where, text: text.slice(0, 2_000) } });
}

/** Writes down how much was searched since the last time. */
export function report(): void {
  write({ searched });
  searched = 0;
}

function write(line: object): void {
  appendFileSync(log, `${JSON.stringify(line)}\n`);
}
