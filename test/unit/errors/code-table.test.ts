import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errorCodes } from '../../../src/errors/code-table.js';
import { systemCodes, unlistedSystemCode } from '../../../src/errors/system-codes.js';
import { warningCodes } from '../../../src/errors/warning-table.js';
import { importersOf, sourceCodes } from '../../support/source-codes.js';

const { made, mentioned, forwarding, otherErrors } = sourceCodes();
const table = new Set([...Object.keys(errorCodes), ...Object.keys(warningCodes)]);
const isOwn = (code: string): boolean => /^(?:ERR_PLOKE_|PLOKE_|ABORT_ERR$)/.test(code);

/** Errors whose code is not written where they are made, and where it comes from. */
const knownForwarding: Readonly<Record<string, string>> = {
  'errors/redactor.ts > #ownError': 'the error that is made anew has it',
  'errors/system-error.ts > systemError': 'the errno of the operating system',
  'native/failure.ts > failureFrom': 'ownFailures, in the same file',
  'operation/edit-plan.ts > #spliceError': 'SpliceFailure, made in io/splice.ts',
  'operation/edit-plan.ts > reasonFor': 'the failed edit of the same file',
  'operation/patch-plan.ts > reasonFor': 'the failed patch of the same file',
};

/** Errors that are no PlokeIoError, and what becomes of them. */
const knownOthers: Readonly<Record<string, string>> = {
  'errors/redactor.ts > Error': 'a copy of the cause of somebody else, which is the cause of the copy of ours',
  'io/caller-values.ts > TypeError': 'caught in the same function',
  'io/patch.ts > PatchSyntaxError': 'patchSyntax makes ERR_PLOKE_PATCH_SYNTAX of it',
  'operation/split-patch.ts > PatchSyntaxError': 'the same',
  'operation/update-file.ts > CallerFailure': 'run throws what is in it: the error of a function of the caller',
};

describe('the table of codes', () => {
  test('has every code that is made anywhere in the source', () => {
    const missing = [...made].filter(([code]) => isOwn(code) && !table.has(code));
    expect(missing).toEqual([]);
    const system = [...made.keys()].filter((code) => !isOwn(code));
    expect(system.filter((code) => !Object.hasOwn(systemCodes, code))).toEqual([]);
  });

  test('has no code that is made nowhere', () => {
    expect([...table].filter((code) => !made.has(code))).toEqual([]);
  });

  test('has every code that is only mentioned, so that none is misspelt', () => {
    expect([...mentioned].filter(([code]) => !table.has(code))).toEqual([]);
  });

  test('sees every throw: of the others it is known where the code comes from, and who catches them', () => {
    expect([...forwarding].sort()).toEqual(Object.keys(knownForwarding).sort());
    expect([...otherErrors].sort()).toEqual(Object.keys(knownOthers).sort());
  });

  test('cannot be changed by anybody', () => {
    for (const codes of [errorCodes, warningCodes]) {
      expect(Object.isFrozen(codes)).toBe(true);
      for (const facts of Object.values(codes)) expect(Object.isFrozen(facts)).toBe(true);
    }
  });
});

test.each([...Object.entries(errorCodes), ...Object.entries(warningCodes)])(
  '%s says what went wrong and what to do, in full sentences',
  (_code, facts) => {
    expect(facts.meaning).toMatch(/^[A-Z].{20,}[^.]$/);
    expect(facts.action).toMatch(/^[A-Z].{10,}\.$/);
  },
);

test.each([...Object.entries(systemCodes), ['unlisted', unlistedSystemCode] as const])(
  '%s says what to do',
  (_code, facts) => {
    expect(facts.action).toMatch(/^[A-Z].{5,}\.$/);
  },
);

test('the page has a row for each code', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map(([, code]) => code);
  expect(rows).toEqual([...Object.keys(errorCodes), ...Object.keys(systemCodes), ...Object.keys(warningCodes)]);
});

test('what a caller passed is shown by wording alone, which keeps it apart for redaction', () => {
  expect(importersOf('describe-value')).toEqual(['errors/ploke-io-error.ts', 'errors/wording.ts']);
});

test('only a broken invariant is internal', () => {
  const internal = Object.entries(errorCodes).filter(([, { severity }]) => severity === 'internal');
  expect(internal.map(([code]) => code)).toEqual(['ERR_PLOKE_INTERNAL']);
});

test('what passes without anybody correcting it is retryable', () => {
  const codes = [...Object.entries(errorCodes), ...Object.entries(systemCodes)];
  expect(codes.filter(([, { retryable }]) => retryable).map(([code]) => code)).toEqual([
    'ERR_PLOKE_BUSY',
    'ERR_PLOKE_LOCK_TIMEOUT',
    'EAGAIN',
    'EBUSY',
    'EINTR',
    'ETIMEDOUT',
    'ESTALE',
    'ETXTBSY',
    'EMFILE',
    'ENFILE',
    'ENOMEM',
    'ENOSPC',
    'EDQUOT',
  ]);
});
