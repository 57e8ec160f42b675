import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findMount, parseMountTable } from '../../../src/io/mount-table.js';

const table = [
  '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw',
  '36 22 0:33 / /mnt/my\\040disk rw,nosuid - fuse.sshfs user@host:/a\\011b rw,user_id=0',
  '40 22 0:40 /sub /caf\\303\\251 ro master:1 propagate_from:2 - fuse mfs\\043master:9421 rw,allow_other',
  'not a mount',
  '41 22 254:0 / /again rw - ext4 /dev/root rw',
  '',
].join('\n');

test('reads types, sources and options, with octal escapes decoded to UTF-8', () => {
  expect(parseMountTable(table)).toEqual([
    {
      id: 22,
      device: '254:0',
      mountPoint: '/',
      type: 'ext4',
      source: '/dev/root',
      options: new Set(['rw', 'relatime']),
    },
    {
      id: 36,
      device: '0:33',
      mountPoint: '/mnt/my disk',
      type: 'fuse.sshfs',
      source: 'user@host:/a\tb',
      options: new Set(['rw', 'nosuid', 'user_id=0']),
    },
    {
      id: 40,
      device: '0:40',
      mountPoint: '/café',
      type: 'fuse',
      source: 'mfs#master:9421',
      options: new Set(['ro', 'rw', 'allow_other']),
    },
    { id: 41, device: '254:0', mountPoint: '/again', type: 'ext4', source: '/dev/root', options: new Set(['rw']) },
  ]);
});

test('finds a mount by its id, else the topmost one of its device', () => {
  const mounts = parseMountTable(table);
  expect(findMount(mounts, 36, '0')?.type).toBe('fuse.sshfs');
  expect(findMount(mounts, 99, '0')).toBeUndefined();
  // 254:0 as makedev(3) packs it.
  expect(findMount(mounts, 0, String(254 * 256))?.mountPoint).toBe('/again');
  expect(findMount(mounts, 0, '33')?.id).toBe(36);
});

test.runIf(process.platform === 'linux')('finds the mount of this very file in the real table', () => {
  const mounts = parseMountTable(readFileSync('/proc/self/mountinfo', 'utf8'));
  const { dev } = statSync(new URL(import.meta.url), { bigint: true });
  expect(findMount(mounts, 0, String(dev))).toBeDefined();
});
