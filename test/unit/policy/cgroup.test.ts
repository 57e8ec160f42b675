import { expect, test } from 'vitest';
import { readCgroupLimits } from '../../../src/policy/cgroup.js';

const limitsOf = (files: Readonly<Record<string, string>>) => readCgroupLimits((path) => files[path]);
const mebibyte = 1024 * 1024;

test('version 2: the lowest limit on the way to the root counts', () => {
  expect(
    limitsOf({
      '/proc/self/cgroup': '0::/user.slice/session.scope\n',
      '/sys/fs/cgroup/user.slice/session.scope/pids.max': 'max\n',
      '/sys/fs/cgroup/user.slice/pids.max': '400\n',
      '/sys/fs/cgroup/user.slice/session.scope/memory.max': `${512 * mebibyte}\n`,
      '/sys/fs/cgroup/user.slice/memory.max': `${256 * mebibyte}\n`,
    }),
  ).toEqual({ processes: 400, memoryBytes: 256 * mebibyte });
});

test('version 2 in a container: the group is the root of what can be seen', () => {
  expect(
    limitsOf({
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/pids.max': '100\n',
      '/sys/fs/cgroup/memory.max': 'max\n',
    }),
  ).toEqual({ processes: 100, memoryBytes: null });
});

test('version 2 in a container that names its group by the path of the host', () => {
  expect(
    limitsOf({ '/proc/self/cgroup': '0::/docker/0123\n', '/sys/fs/cgroup/memory.max': `${64 * mebibyte}` }),
  ).toEqual({ processes: null, memoryBytes: 64 * mebibyte });
});

test('version 1: each controller has a hierarchy of its own', () => {
  expect(
    limitsOf({
      '/proc/self/cgroup':
        '11:pids:/docker/0123\n10:cpu,cpuacct:/\n4:memory:/docker/0123\n1:name=systemd:/docker/0123\n',
      '/sys/fs/cgroup/pids/docker/0123/pids.max': '64\n',
      '/sys/fs/cgroup/memory/docker/0123/memory.limit_in_bytes': `${100 * mebibyte}\n`,
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    }),
  ).toEqual({ processes: 64, memoryBytes: 100 * mebibyte });
});

test('the largest number of version 1 means no limit', () => {
  expect(
    limitsOf({
      '/proc/self/cgroup': '4:memory:/\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    }),
  ).toEqual({ processes: null, memoryBytes: null });
});

test('hybrid: version 1 has the controllers, version 2 only the name', () => {
  expect(
    limitsOf({
      '/proc/self/cgroup': '2:pids:/a\n0::/a\n',
      '/sys/fs/cgroup/pids/a/pids.max': '7\n',
    }),
  ).toEqual({ processes: 7, memoryBytes: null });
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['no control groups', {}],
  ['an empty file', { '/proc/self/cgroup': '' }],
  ['nonsense', { '/proc/self/cgroup': 'what\n:::\n0:\n', '/sys/fs/cgroup/pids.max': 'soon' }],
])('%s: no limit', (_name, files) => {
  expect(limitsOf(files)).toEqual({ processes: null, memoryBytes: null });
});

test('a name with colons and spaces is one path', () => {
  expect(limitsOf({ '/proc/self/cgroup': '0::/a b:c\n', '/sys/fs/cgroup/a b:c/pids.max': '9' }).processes).toBe(9);
});

test('reads this machine without failing', () => {
  const { processes, memoryBytes } = readCgroupLimits();
  for (const limit of [processes, memoryBytes]) expect(limit === null || limit > 0).toBe(true);
});
