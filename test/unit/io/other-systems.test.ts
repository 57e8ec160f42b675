import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { noWatchWarning } from '../../../src/events/watch-troubles.js';
import { fileSystemKind } from '../../../src/io/file-system-kind.js';
import { fromRecord } from '../../../src/io/lock-holders.js';
import type { LockRecord } from '../../../src/io/lock-records.js';
import { readMountTable } from '../../../src/io/mount-table.js';
import { processStart } from '../../../src/io/process-start.js';
import { watchTraits } from '../../../src/io/watch-traits.js';
import { describeWindowsVolume, onWindows } from '../../../src/io/windows-volume.js';
import type { ProbeResult } from '../../../src/native/addon.js';
import { compose } from '../../../src/operation/capabilities.js';
import { readCgroupLimits } from '../../../src/policy/cgroup.js';

const others = ['darwin', 'win32'] as const;
/** Whom to ask for the name of a file system, where there is none. */
const nobody = async () => undefined;

describe.each(others)('on %s, where there is no /proc', (platform) => {
  test('no file of that name is read: it would be anybody’s', async () => {
    const limits = readCgroupLimits(() => expect.unreachable(), platform);
    expect(limits).toEqual({ processes: null, memoryBytes: null });
    expect(await readMountTable(platform)).toBeUndefined();
  });

  test('the start of this process is known by its own account, that of another is not', async () => {
    expect(await processStart(process.ppid, platform)).toBeNull();
    const own = await processStart('self', platform);
    const byKernel = await processStart('self', 'linux');
    if (process.platform === 'linux') expect(Math.abs((own ?? 0) - (byKernel ?? 0))).toBeLessThan(1_100);
    else expect(own).toEqual(expect.any(Number));
  });

  const record: LockRecord = {
    pid: 1234,
    startedAt: 1,
    host: hostname(),
    pidNamespace: null,
    purpose: 'p',
    mode: 'exclusive',
    path: 'f',
    device: 1,
    inode: 2,
  };

  test('a process id means something on its own host', () => {
    expect(fromRecord(record, null, platform)).toMatchObject({ pid: 1234, source: 'record' });
    expect(fromRecord({ ...record, host: 'another' }, null, platform)).toMatchObject({ pid: null, host: 'another' });
    // Of a process in a container of Linux, on a directory that is shared.
    expect(fromRecord({ ...record, pidNamespace: 'pid:[1]' }, null, platform).pid).toBeNull();
    expect(fromRecord(record, null, 'linux').pid).toBeNull();
  });

  test('a directory is watched by chokidar, and stamps prove nothing', async () => {
    expect(await watchTraits('/ws', '1:1', 'auto', nobody, platform)).toEqual({
      backend: 'chokidar',
      degraded: undefined,
      hasFineStamps: false,
    });
    expect((await watchTraits('/ws', '1:1', 'polling', nobody, platform)).backend).toBe('polling');
  });

  test('why there is no watch is not told in terms of inotify', () => {
    for (const errno of [28, 24, 23, 12, 13, 38]) {
      expect(noWatchWarning('/ws', errno, platform).message).not.toMatch(/inotify|file-max|ulimit/);
    }
    expect(noWatchWarning('/ws', 24, 'linux').message).toMatch(/inotify/);
  });
});

describe('on Windows', () => {
  const probe: ProbeResult = {
    status: 0,
    syscall: 0,
    magic: 0,
    mountId: 0,
    device: '1',
    kernelResolution: false,
    directorySync: 0,
    exclusiveRename: true,
    exchangeRename: false,
    caseSensitive: false,
    type: '',
    remote: false,
  };
  const describeMagic = (magic: number) => {
    const volume = describeWindowsVolume(onWindows(fileSystemKind(magic)));
    return compose('C:\\ws', { ...probe, magic }, volume, undefined, 'win32');
  };

  test.each([
    [0x7366746e, 'NTFS', true, 'host', 15.625],
    [0x52654653, 'ReFS', true, 'host', 15.625],
    [0x4d44, 'FAT', false, 'host', 2_000],
    [0x2011bab0, 'exFAT', false, 'host', 2_000],
    [0xfe534d42, 'SMB', false, 'unproven', 2_000],
    [0, 'unknown', false, 'unproven', 2_000],
    [0xef53, 'unknown', false, 'host', 2_000],
  ])('the volume with the number %i is %s', (magic, fileSystem, atomicReplace, lockScope, timestampResolutionMs) => {
    const found = describeMagic(magic);
    expect(found).toMatchObject({ path: 'C:\\ws', fileSystem, atomicReplace, lockScope, timestampResolutionMs });
    // Nobody has cut the power.
    expect(found.directorySync).toBe('unproven');
    expect(found.notes.join('\n')).toMatch(/not measured/);
    expect(found.notes.join('\n')).not.toMatch(/mountinfo|POSIX/);
  });

  test('a local volume is watched by chokidar, a server is polled', () => {
    expect(describeMagic(0x7366746e)).toMatchObject({ watch: 'chokidar', network: false });
    expect(describeMagic(0xfe534d42)).toMatchObject({ watch: 'polling', network: true });
  });

  test('a share is polled unless something else is asked for', async () => {
    const traits = await watchTraits('\\\\host\\share\\ws', '1:1', 'auto', nobody, 'win32');
    expect(traits).toMatchObject({ backend: 'polling', degraded: { code: 'PLOKE_WATCH_POLLING' } });
    expect((await watchTraits('\\\\host\\share\\ws', '1:1', 'chokidar', nobody, 'win32')).backend).toBe('chokidar');
    expect((await watchTraits('C:\\ws', '1:1', 'auto', nobody, 'win32')).backend).toBe('chokidar');
  });

  test('a receipt on any volume says that whoever flushed is trusted, not that it is confirmed', () => {
    for (const magic of [0x7366746e, 0x4d44, 0xfe534d42, 0]) {
      expect(onWindows(fileSystemKind(magic))).toMatchObject({ known: false, fineStamps: false });
    }
  });
});
