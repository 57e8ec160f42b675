import { expect, test } from 'vitest';
import { coalesce } from '../../src/events/coalesce.js';
import { changeOf, spell } from './spelt-changes.js';

type Row = readonly [what: string, changes: readonly string[], expected: readonly string[]];

export function coalesced(changes: readonly string[]): string[] {
  return coalesce(changes.map((change) => changeOf(change))).map(spell);
}

/** One test a row. */
export function checkCoalesced(rows: readonly Row[]): void {
  test.each(rows)('%s', (_what, changes, expected) => {
    expect(coalesced(changes)).toEqual(expected);
  });
}
