import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { errorCodes } from '../../../src/errors/code-table.js';
import { systemCodes, unlistedSystemCode } from '../../../src/errors/system-codes.js';

const source = fileURLToPath(new URL('../../../src', import.meta.url));

function sourceFiles(): readonly string[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
}

function codesIn(file: string): readonly string[] {
  return readFileSync(join(source, file), 'utf8').match(/\bERR_PLOKE_[A-Z0-9_]+\b/g) ?? [];
}

test('holds every code that the sources name, and no code that is only in the table', () => {
  // types.ts declares them, and the table holds them: neither throws.
  const throwing = sourceFiles().filter((file) => file !== 'types.ts' && file !== join('errors', 'code-table.ts'));
  const used = new Set(throwing.flatMap((file) => (file.startsWith('cli') ? [] : codesIn(file))));
  const table = Object.keys(errorCodes).filter((code) => code.startsWith('ERR_PLOKE_'));
  expect([...used].filter((code) => !table.includes(code))).toEqual([]);
  expect(table.filter((code) => !used.has(code))).toEqual([]);
});

test('holds exactly the codes that types.ts names', () => {
  const table = Object.keys(errorCodes).filter((code) => code !== 'ABORT_ERR');
  expect(table.sort()).toEqual([...new Set(codesIn('types.ts'))].sort());
});

test.each(Object.entries(errorCodes))('%s says what went wrong and what to do, in full sentences', (_code, facts) => {
  expect(facts.meaning).toMatch(/^[A-Z].{20,}[^.]$/);
  expect(facts.action).toMatch(/^[A-Z].{10,}\.$/);
});

test.each([...Object.entries(systemCodes), ['unlisted', unlistedSystemCode] as const])(
  '%s says what to do',
  (_code, facts) => {
    expect(facts.action).toMatch(/^[A-Z].{5,}\.$/);
  },
);

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
