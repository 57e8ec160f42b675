import { expect, test } from 'vitest';
import { worstOf } from '../../../src/doctor/diagnosis.js';
import { judgeFiles } from '../../../src/doctor/judge-files.js';
import type { DirectoryObservation } from '../../../src/doctor/observations.js';
import type { Capabilities } from '../../../src/types.js';
import { someCapabilities } from './some-capabilities.js';

const good: DirectoryObservation = {
  made: 'ok',
  fileSync: 'ok',
  directorySync: 'ok',
  replace: 'ok',
  nameless: 'ok',
  locks: { first: 'ok', second: 'EWOULDBLOCK', after: 'ok', record: 'ok' },
  stampsNs: [1n, 2n],
  ignoresNormalization: false,
  watch: { delivered: true, failure: null },
};
const nothingTried: DirectoryObservation = {
  ...good,
  made: 'EACCES',
  fileSync: null,
  replace: null,
  nameless: null,
  stampsNs: [],
  ignoresNormalization: null,
};

/** Those that are not `ok`, by id. */
function judged(seen: Partial<DirectoryObservation>, changes: Partial<Capabilities> = {}): Record<string, string> {
  const findings = judgeFiles(someCapabilities(changes), { ...good, ...seen });
  return Object.fromEntries(
    findings.filter(({ severity }) => severity !== 'ok').map(({ id, severity }) => [id, severity]),
  );
}

test('a disk that does everything gives nothing to say, and no advice', () => {
  expect(judged({})).toEqual({});
  for (const finding of judgeFiles(someCapabilities(), good)) expect(finding).not.toHaveProperty('advice');
});

test.each<[string, Partial<DirectoryObservation>, Partial<Capabilities>, Record<string, string>]>([
  ['the replace fails', { replace: 'EBUSY' }, {}, { 'atomic-replace': 'problem' }],
  ['a reader sees the wrong content', { replace: 'torn' }, {}, { 'atomic-replace': 'problem' }],
  ['no exclusive rename', {}, { exclusiveRename: false }, { 'exclusive-rename': 'note' }],
  ['no exchange', {}, { exchangeRename: false }, { 'exchange-rename': 'warning' }],
  ['fsync of files fails', { fileSync: 'EIO' }, {}, { 'file-sync': 'problem' }],
  [
    'fsync of directories fails',
    { directorySync: 'EINVAL' },
    { directorySync: 'unsupported' },
    { 'directory-sync': 'problem' },
  ],
  ['fsync of directories is unproven', {}, { directorySync: 'unproven' }, { 'directory-sync': 'warning' }],
  ['no nameless files', { nameless: 'ENOTSUP' }, {}, { 'nameless-files': 'note' }],
  ['case is ignored', {}, { caseSensitive: false }, { names: 'note' }],
  ['composition is ignored', { ignoresNormalization: true }, {}, { names: 'note' }],
  ['composition is unknown', { ignoresNormalization: null }, {}, {}],
  ['the disk is full', { ...nothingTried, made: 'ENOSPC' }, {}, { writing: 'problem' }],
])('%s', (_what, seen, changes, expected) => {
  expect(judged(seen, changes)).toMatchObject(expected);
});

test.each(['EROFS', 'EACCES', 'EPERM'])(
  'where nothing may be written (%s) that is a warning, and the rest untried',
  (made) => {
    const found = judged({ ...nothingTried, made }, { exclusiveRename: false, exchangeRename: false });
    expect(found).toMatchObject({ writing: 'warning', 'exclusive-rename': 'note', 'exchange-rename': 'note' });
    expect(Object.values(found).filter((severity) => severity !== 'note')).toEqual(['warning']);
  },
);

test('whatever is worse than a note comes with advice', () => {
  const bad = { ...good, replace: 'EBUSY', fileSync: 'EIO', directorySync: 'EIO', made: 'EDQUOT' };
  const findings = judgeFiles(someCapabilities({ exchangeRename: false }), bad);
  const grave = findings.filter(({ severity }) => severity === 'warning' || severity === 'problem');
  expect(grave.length).toBeGreaterThan(3);
  for (const { advice } of grave) expect(advice).toMatch(/\.$/);
});

test('the worst finding counts', () => {
  expect(worstOf([])).toBe('ok');
  expect(worstOf([{ severity: 'ok' }, { severity: 'note' }])).toBe('note');
  expect(worstOf([{ severity: 'problem' }, { severity: 'warning' }])).toBe('problem');
});
