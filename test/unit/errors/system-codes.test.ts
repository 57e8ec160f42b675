import { expect, test } from 'vitest';
import { systemCodeFacts, systemCodes } from '../../../src/errors/system-codes.js';

const platforms = ['linux', 'darwin', 'win32'] as const;

test.each(platforms)('every code says on %s what to do, in a sentence', (platform) => {
  for (const code of [...Object.keys(systemCodes), 'EOPNOTSUPP', 'EWHATEVER', 'constructor']) {
    expect(systemCodeFacts(code, platform).action).toMatch(/^[A-Z].{5,}\.$/);
  }
});

test('advice for Windows and macOS names nothing that only Linux has', () => {
  for (const platform of ['darwin', 'win32'] as const) {
    for (const code of Object.keys(systemCodes).filter((name) => name !== 'EUCLEAN')) {
      expect(`${code} ${systemCodeFacts(code, platform).action}`).not.toMatch(/lsattr|fs\.file-max|fsck/);
    }
  }
  for (const code of Object.keys(systemCodes)) {
    expect(`${code} ${systemCodeFacts(code, 'win32').action}`).not.toMatch(/ulimit|errno\(3\)|privacy/i);
  }
});

test.each(['EBUSY', 'EPERM', 'EACCES'])('%s says on Windows who may have the file open', (code) => {
  expect(systemCodeFacts(code, 'win32').action).toMatch(/virus scanner, the search indexer, an editor/);
  expect(systemCodeFacts(code, 'linux').action).not.toMatch(/virus scanner/);
});

test('a file that somebody has open is worth another try, and missing rights are not', () => {
  expect(systemCodeFacts('EBUSY', 'win32').retryable).toBe(true);
  expect(systemCodeFacts('EPERM', 'win32').retryable).toBe(false);
  expect(systemCodeFacts('EACCES', 'win32').retryable).toBe(false);
});
