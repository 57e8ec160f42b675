import { describe, expect, test } from 'vitest';
import { runShell } from '../support/child.js';
import { conditions, searchPath } from '../support/conditions.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** Runs a case of environment-mounts-child.mjs in a mount namespace of its own. */
async function runCase<T>(name: string): Promise<T> {
  const child = `"${process.execPath}" test/faults/environment-mounts-child.mjs '${name}' '${temporaryDirectory()}'`;
  const { code, stdout, stderr } = await runShell(`exec unshare --mount --propagation private ${child}`, {
    PATH: searchPath,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

/** How every kind of change ended. */
const every = (end: string) => ({
  write: end,
  update: end,
  inPlace: end,
  create: end,
  createDeep: end,
  writes: [end, end, end],
  edits: [end, end, end],
});

interface Report {
  readonly before: Readonly<Record<string, string>>;
}

// Where a plain program fails (the control), every change fails with the same code, and nothing is changed or left behind.
describe.skipIf(!conditions.root)('on a file system of its own', () => {
  // Directories that a create made stay when its file cannot be made.
  test.each([
    ['space', { deep: 'directory', 'deep/er': 'directory' }],
    ['inodes', {}],
  ] as const)('changes fail with ENOSPC where there is no %s, and go on when there is', async (name, left) => {
    const report = await runCase<Report>(name);
    const refused = every('ENOSPC, committed: false');
    expect(report).toEqual({
      ...{ filled: 'ENOSPC', plain: 'ENOSPC', plainAfter: 'ENOSPC' },
      ...{ changes: refused, first: refused, read: true },
      ...{ before: report.before, after: { ...report.before, ...left } },
      ...{ freed: every('done'), removed: 'done', ownersLeft: false },
    });
  });

  test('of a batch of edits those for which there is room are made, and the others not at all', async () => {
    expect(await runCase('room for some')).toEqual({
      results: ['done', 'done', 'ENOSPC, committed: false'],
      filled: 'ENOSPC',
      wrong: [],
      names: ['a', 'b', 'c', 'linked', 'linked too'],
    });
  });

  test.skipIf(!conditions.btrfs)(
    'changes fail with EDQUOT where the quota is used up, and go on when it is raised',
    async () => {
      const report = await runCase<Report>('quota');
      expect(report).toEqual({
        ...{ filled: 'EDQUOT', plain: 'EDQUOT', plainAfter: 'EDQUOT' },
        ...{ changes: every('EDQUOT, committed: false'), read: true },
        ...{ before: report.before, after: report.before },
        freed: every('done'),
      });
    },
  );

  test.skipIf(!conditions.ext4)(
    'changes fail with EROFS when the disk stops between read and commit, and reads go on',
    async () => {
      const report = await runCase<Report>('read-only');
      const refused = 'EROFS, committed: false';
      expect(report).toEqual({
        ...{ plain: 'EROFS', between: refused, changes: every(refused), read: true },
        ...{ remove: refused, rename: refused, directory: refused, closed: 'done' },
        ...{ before: report.before, after: report.before, mounted: report.before },
        ...{ freed: every('done'), ownersLeft: false },
      });
    },
  );

  test.skipIf(!conditions.ext4)(
    'when the disk stops while a batch runs, each item says what became of it, and what was acknowledged stays',
    async () => {
      const report = await runCase<{ readonly count: { readonly fulfilled: number; readonly rejected: number } }>(
        'read-only at any moment',
      );
      expect(report).toEqual({ wrong: [], count: report.count, plain: 'EROFS', strangers: [], ownersLeft: false });
      expect(report.count.fulfilled).toBeGreaterThan(0);
      expect(report.count.rejected).toBeGreaterThan(0);
    },
  );
});
