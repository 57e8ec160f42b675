import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../src/doctor/index.js';
import type { Receipt } from '../../src/index.js';
import { conditions } from '../support/conditions.js';
import { type FuseBehaviour, type MountKind, runMounted } from '../support/file-systems.js';

interface Report {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly diagnosis: Diagnosis;
  /** The receipt of a write with the default options, or the code of its failure. */
  readonly usual: Receipt | string;
  /** With durability best-effort and locking process. */
  readonly lenient: Receipt | string;
  readonly last: readonly string[];
}

async function examined(what: MountKind | FuseBehaviour): Promise<Report> {
  const report = await runMounted<Report>(what, 'test/faults/doctor-child.mjs');
  expect([report.after, report.last]).toEqual([report.before, report.before]);
  return report;
}

/** What is not as it should be, by id. */
function troubles({ findings }: Diagnosis): Record<string, string> {
  const found = findings.filter(({ severity }) => severity !== 'ok' && severity !== 'note');
  return Object.fromEntries(found.map(({ id, severity }) => [id, severity]));
}

function factsOf({ findings }: Diagnosis, id: string): unknown {
  return findings.find((finding) => finding.id === id)?.facts;
}

const { EINVAL, ENOLCK, EIO } = constants.errno;
const nanosecondMs = 1e-6;
const secondMs = 1_000;
const secondNs = 1_000_000_000;

/** A second descriptor is refused, and a record lock does not see the first one's flock. */
const granted = { first: 'ok', second: 'EWOULDBLOCK', after: 'ok', record: 'ok' };

const local = [
  // The smallest disks that hold such a file system have little room.
  { kind: 'ext4', given: conditions.ext4, durability: 'confirmed', expected: { space: 'warning' } },
  { kind: 'xfs', given: conditions.xfs, durability: 'confirmed', expected: {} },
  { kind: 'btrfs', given: conditions.btrfs, durability: 'confirmed', expected: { space: 'warning' } },
  { kind: 'tmpfs', given: true, durability: 'none', expected: { 'file-system': 'warning' } },
  { kind: 'overlay', given: conditions.overlay, durability: 'confirmed', expected: {} },
] as const;

describe.skipIf(!conditions.root)('on a local file system', () => {
  for (const { kind, given, durability, expected } of local) {
    test.skipIf(!given)(`${kind} does everything, and what survives a power cut is told`, async () => {
      const { diagnosis, usual } = await examined(kind);
      expect(troubles(diagnosis)).toEqual(expected);
      expect(diagnosis.capabilities).toMatchObject({
        fileSystem: kind,
        network: false,
        atomicReplace: true,
        exclusiveRename: true,
        exchangeRename: true,
        directorySync: 'ok',
        lockScope: 'host',
        watch: 'native',
        caseSensitive: true,
      });
      expect(factsOf(diagnosis, 'locks')).toMatchObject(granted);
      expect(factsOf(diagnosis, 'lock-scope')).toMatchObject({ recordConflicts: false });
      expect(factsOf(diagnosis, 'watch')).toMatchObject({ delivered: true });
      expect(factsOf(diagnosis, 'timestamps')).toMatchObject({ unitMs: nanosecondMs });
      expect(factsOf(diagnosis, 'nameless-files')).toEqual({ outcome: 'ok' });
      expect(factsOf(diagnosis, 'names')).toEqual({ caseSensitive: true, ignoresNormalization: false });
      expect(usual).toMatchObject({ durability, lock: 'host', compareAndSwap: 'swap-verified' });
    });
  }

  test('a mount that is read-only can be looked at, and is told to be one', async () => {
    const { diagnosis, usual } = await examined('read-only');
    expect(troubles(diagnosis)).toEqual({ 'file-system': 'warning', writing: 'warning' });
    expect(factsOf(diagnosis, 'file-system')).toMatchObject({ readOnly: true });
    expect(factsOf(diagnosis, 'writing')).toEqual({ outcome: 'EROFS' });
    expect(factsOf(diagnosis, 'atomic-replace')).toEqual({ outcome: null });
    expect(usual).toBe('EROFS');
  });

  test('a file system without room for a second file is a problem, and the first one is removed again', async () => {
    const { diagnosis } = await examined('without inodes');
    expect(troubles(diagnosis)).toMatchObject({ 'atomic-replace': 'problem', inodes: 'warning' });
    expect(factsOf(diagnosis, 'atomic-replace')).toEqual({ outcome: 'ENOSPC' });
  });
});

describe.skipIf(!conditions.root || !conditions.fuse)('on a FUSE file system', () => {
  /** Of each that cannot exchange two names, and whose sync comes from a server. */
  const weak = { 'exchange-rename': 'warning', 'directory-sync': 'warning' };

  test('one that refuses the sync of directories and locks: what doctor says of writes holds', async () => {
    const { diagnosis, usual, lenient } = await examined({ directorySync: EINVAL, locks: ENOLCK });
    expect(troubles(diagnosis)).toEqual({
      'exchange-rename': 'warning',
      'directory-sync': 'problem',
      locks: 'problem',
    });
    expect(diagnosis.capabilities).toMatchObject({ directorySync: 'unsupported', watch: 'polling', network: true });
    expect(factsOf(diagnosis, 'directory-sync')).toMatchObject({ outcome: 'EINVAL' });
    expect(factsOf(diagnosis, 'locks')).toMatchObject({ first: 'ENOLCK', second: null });
    expect(usual).toBe('ERR_PLOKE_NOT_DURABLE');
    // As advised.
    expect(lenient).toMatchObject({ lock: 'process', atomic: true, durability: 'none' });
    const { usual: unlocked } = await examined({ locks: ENOLCK });
    expect(unlocked).toBe('ERR_PLOKE_LOCK_UNSUPPORTED');
  });

  test('one whose locks are those of this kernel: they exclude here, and prove nothing', async () => {
    const { diagnosis, usual } = await examined({});
    expect(troubles(diagnosis)).toEqual({ ...weak, 'lock-scope': 'warning' });
    expect(diagnosis.capabilities).toMatchObject({ lockScope: 'unproven', directorySync: 'unproven' });
    expect(factsOf(diagnosis, 'locks')).toMatchObject(granted);
    expect(factsOf(diagnosis, 'nameless-files')).toEqual({ outcome: 'ENOTSUP' });
    expect(usual).toMatchObject({ durability: 'delegated', lock: 'unproven', compareAndSwap: 'checked' });
  });

  test('one that grants every lock: that they exclude nobody is found', async () => {
    const { diagnosis } = await examined({ locks: 0 });
    expect(troubles(diagnosis)).toEqual({ ...weak, locks: 'problem' });
    expect(factsOf(diagnosis, 'locks')).toMatchObject({ first: 'ok', second: 'ok' });
  });

  // Known by the type and the source of the mount; see the table of facts in docs/doctor.md.
  test.each([
    ['fuse.sshfs', 'host:/folder', secondNs, { lockScope: 'unproven', timestampResolutionMs: secondMs }],
    [
      'fuse',
      'mfs#master:9421',
      secondNs,
      { lockScope: 'cluster', timestampResolutionMs: secondMs, directorySync: 'ok' },
    ],
    ['fuse.glusterfs', 'host:/volume', 1, { lockScope: 'cluster', timestampResolutionMs: 10, directorySync: 'ok' }],
  ] as const)('%s from %s is taken for what it is', async (type, source, stampUnitNs, expected) => {
    const { diagnosis } = await examined({ type, source, stampUnitNs });
    expect(diagnosis.capabilities).toMatchObject({ fileSystem: type, network: true, watch: 'polling', ...expected });
    expect(factsOf(diagnosis, 'file-system')).toMatchObject({ mountSource: source });
    expect(factsOf(diagnosis, 'timestamps')).toMatchObject({ unitMs: stampUnitNs * nanosecondMs });
    const isProven = expected.lockScope === 'cluster';
    expect(troubles(diagnosis)).toEqual(
      isProven ? { 'exchange-rename': 'warning' } : { ...weak, 'lock-scope': 'warning' },
    );
  });

  test('one whose time stamps are coarser than its type promises', async () => {
    const { diagnosis } = await examined({ type: 'fuse.glusterfs', stampUnitNs: secondNs });
    expect(troubles(diagnosis)).toMatchObject({ timestamps: 'warning' });
  });

  test('one that exchanges names is not told to do without', async () => {
    const { diagnosis, usual } = await examined({ takesRenameFlags: true });
    expect(troubles(diagnosis)).not.toHaveProperty('exchange-rename');
    expect(usual).toMatchObject({ compareAndSwap: 'swap-verified' });
  });

  test.each([
    ['syncs', { fileSync: EIO }, 'file-sync'],
    ['renames', { rename: EIO }, 'atomic-replace'],
  ] as const)('where its %s fail half-way that is a problem, and nothing is left', async (_what, behaviour, id) => {
    const { diagnosis } = await examined(behaviour);
    expect(troubles(diagnosis)).toMatchObject({ [id]: 'problem' });
    expect(factsOf(diagnosis, id)).toEqual({ outcome: 'EIO' });
  });
});
