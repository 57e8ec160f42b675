import { expect, test } from 'vitest';
import { fileSystemKind } from '../../../src/io/file-system-kind.js';

test('knows the measured file systems', () => {
  for (const [magic, name] of [
    [0xef53, 'ext4'],
    [0x58465342, 'xfs'],
    [0x9123683e, 'btrfs'],
    [0x794c7630, 'overlayfs'],
  ] as const) {
    expect(fileSystemKind(magic)).toEqual({
      name,
      network: false,
      known: true,
      volatile: false,
      fineStamps: true,
      lockScope: 'host',
    });
  }
  expect(fileSystemKind(0x01021994)).toMatchObject({ name: 'tmpfs', volatile: true });
  for (const magic of [0x6969, 0x65735546, 0xfe534d42]) {
    expect(fileSystemKind(magic)).toMatchObject({
      network: true,
      known: false,
      fineStamps: false,
      lockScope: 'unproven',
    });
  }
});

test('takes a magic with the top bit set in either sign', () => {
  expect(fileSystemKind(0xff534d42 | 0)).toBe(fileSystemKind(0xff534d42));
});

test('names an unknown file system by its number and trusts it with nothing', () => {
  expect(fileSystemKind(0x1234)).toEqual({
    name: '0x1234',
    network: false,
    known: false,
    volatile: false,
    fineStamps: false,
    lockScope: 'unproven',
  });
});

test('goes by the name where the system has names instead of numbers', () => {
  const named = (type: string, remote = false) => fileSystemKind(0, { type, remote });
  expect(named('apfs')).toMatchObject({
    name: 'apfs',
    network: false,
    known: true,
    fineStamps: true,
    lockScope: 'host',
  });
  expect(named('hfs')).toMatchObject({ known: true, fineStamps: false, lockScope: 'host' });
  for (const type of ['msdos', 'exfat']) {
    expect(named(type)).toMatchObject({ name: type, network: false, known: false, lockScope: 'host' });
  }
  for (const type of ['smbfs', 'nfs', 'webdav', 'afpfs', 'autofs', 'macfuse', 'strange']) {
    expect(named(type)).toEqual({
      name: type,
      network: true,
      known: false,
      volatile: false,
      fineStamps: false,
      lockScope: 'unproven',
    });
  }
  expect(named('apfs', true)).toMatchObject({ name: 'apfs', network: true, known: false, lockScope: 'unproven' });
  expect(fileSystemKind(0xef53, { type: '', remote: false })).toBe(fileSystemKind(0xef53));
});
