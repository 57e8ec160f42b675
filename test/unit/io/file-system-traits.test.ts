import { expect, test } from 'vitest';
import { fileSystemKind } from '../../../src/io/file-system-kind.js';
import { describeFileSystem } from '../../../src/io/file-system-traits.js';
import { parseMountTable } from '../../../src/io/mount-table.js';

const fuse = 0x65735546;

function describe(magic: number, type: string, source = 'source', options = 'rw', release = '6.18.0') {
  const [mount] = parseMountTable(`1 0 0:1 / / rw - ${type} ${source} ${options}`);
  return describeFileSystem(fileSystemKind(magic), mount, release);
}

// The table of shared/facts/filesystems.md.
test.each([
  [0xef53, 'ext4', 'source', 'rw', { network: false, lockScope: 'host', directorySync: 'ok' }],
  [0x01021994, 'tmpfs', 'source', 'rw', { network: false, lockScope: 'host', directorySync: 'ok' }],
  [0x794c7630, 'overlay', 'source', 'rw', { network: false, lockScope: 'host', directorySync: 'ok' }],
  [fuse, 'fuse', 'source', 'rw', { network: true, lockScope: 'unproven', directorySync: 'unproven' }],
  [fuse, 'fuse.glusterfs', 'h:/v', 'rw', { network: true, lockScope: 'cluster', directorySync: 'ok' }],
  [fuse, 'fuse', 'mfs\\043m:9421', 'rw', { network: true, lockScope: 'cluster', timestampResolutionMs: 1_000 }],
  [fuse, 'fuse.sshfs', 'u@h:', 'rw', { network: true, lockScope: 'unproven', directorySync: 'unproven' }],
  [fuse, 'fuseblk', '/dev/sda1', 'rw', { network: false, lockScope: 'host' }],
  [0x6969, 'nfs4', 'h:/e', 'rw,local_lock=none', { network: true, lockScope: 'cluster', directorySync: 'ok' }],
  [0x6969, 'nfs', 'h:/e', 'rw,nolock', { network: true, lockScope: 'host' }],
  [0x6969, 'nfs4', 'h:/e', 'rw,local_lock=all', { network: true, lockScope: 'host' }],
  [0xfe534d42, 'cifs', '//h/s', 'rw', { network: true, lockScope: 'cluster' }],
  [0xfe534d42, 'cifs', '//h/s', 'rw,nobrl', { network: true, lockScope: 'host' }],
  [0x12345678, 'strange', 'source', 'rw', { lockScope: 'unproven', directorySync: 'unproven' }],
] as const)('magic %i, type %s, source %s, options %s', (magic, type, source, options, expected) => {
  const traits = describe(magic, type, source, options);
  expect(traits).toMatchObject({ name: type, ...expected });
  const isAssumed = traits.directorySync === 'unproven' || traits.lockScope === 'unproven';
  if (isAssumed) expect(traits.notes).not.toEqual([]);
});

test('fine time stamps need a kernel that has them', () => {
  expect(describe(0xef53, 'ext4').timestampResolutionMs).toBeLessThan(0.001);
  expect(describe(0xef53, 'ext4', 's', 'rw', '6.13.0-rc1').timestampResolutionMs).toBeLessThan(0.001);
  expect(describe(0xef53, 'ext4', 's', 'rw', '6.12.9-cloud').timestampResolutionMs).toBe(10);
  expect(describe(0xef53, 'ext3').timestampResolutionMs).toBe(1_000);
  expect(describe(0x4d44, 'vfat').timestampResolutionMs).toBe(2_000);
});

test('without its mount a file system is named by its magic number', () => {
  expect(describeFileSystem(fileSystemKind(0xef53), undefined, '6.18.0')).toMatchObject({ name: 'ext4', notes: [] });
  expect(describeFileSystem(fileSystemKind(0x12345678), undefined, '6.18.0').name).toBe('0x12345678');
});

test('what is known of Linux says nothing of file systems that have names', () => {
  const named = (type: string) => describeFileSystem(fileSystemKind(0, { type, remote: false }), undefined, '24.1.0');
  expect(named('apfs')).toMatchObject({ name: 'apfs', network: false, directorySync: 'ok', timestampResolutionMs: 10 });
  expect(named('hfs')).toMatchObject({ directorySync: 'ok', timestampResolutionMs: 1_000 });
  expect(named('tmpfs')).toMatchObject({ lockScope: 'unproven', timestampResolutionMs: 1_000 });
  expect(named('exfat')).toMatchObject({ network: false, directorySync: 'unproven', timestampResolutionMs: 2_000 });
  expect(named('smbfs')).toMatchObject({ network: true, lockScope: 'unproven', directorySync: 'unproven' });
});
