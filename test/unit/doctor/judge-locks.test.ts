import { expect, test } from 'vitest';
import { judgeLocks } from '../../../src/doctor/judge-locks.js';
import type { LockObservation } from '../../../src/doctor/observations.js';
import type { Capabilities } from '../../../src/types.js';
import { someCapabilities } from './some-capabilities.js';

const good: LockObservation = { first: 'ok', second: 'EWOULDBLOCK', after: 'ok', record: 'ok' };

function judged(seen: Partial<LockObservation>, changes: Partial<Capabilities> = {}): string[] {
  return judgeLocks(someCapabilities(changes), { ...good, ...seen }).map(({ id, severity }) => `${id}: ${severity}`);
}

test.each<[string, Partial<LockObservation>, string[]]>([
  ['locks that exclude', {}, ['locks: ok', 'lock-scope: ok']],
  ['locks that are refused', { first: 'ENOLCK', second: null, after: null }, ['locks: problem']],
  ['locks that two can have', { second: 'ok', after: null }, ['locks: problem']],
  ['a second lock that fails otherwise', { second: 'EINVAL' }, ['locks: problem']],
  ['a lock that is not given up', { after: 'EWOULDBLOCK' }, ['locks: problem']],
  ['nothing tried', { first: null, second: null, after: null, record: null }, ['locks: note', 'lock-scope: ok']],
])('%s', (_what, seen, expected) => {
  expect(judged(seen)).toEqual(expected);
});

test.each<[Partial<Capabilities>, string]>([
  [{ lockScope: 'cluster', network: true }, 'ok'],
  [{ lockScope: 'host', network: true }, 'warning'],
  [{ lockScope: 'unproven', network: true }, 'warning'],
  [{ lockScope: 'unproven', network: false }, 'warning'],
])('a scope of %o is: %s', (changes, severity) => {
  expect(judged({}, changes)).toEqual(['locks: ok', `lock-scope: ${severity}`]);
});

test('that the two kinds of locks exclude each other is told', () => {
  const [, scope] = judgeLocks(someCapabilities(), { ...good, record: 'EWOULDBLOCK' });
  expect(scope).toMatchObject({ facts: { recordConflicts: true }, detail: expect.stringContaining('one kind only') });
});
