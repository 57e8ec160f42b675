import { expect, test } from 'vitest';
import { judgeLeftovers } from '../../../src/doctor/judge-leftovers.js';
import { judgeProgram } from '../../../src/doctor/judge-program.js';
import { judgeSystem } from '../../../src/doctor/judge-system.js';
import { judgeWatch } from '../../../src/doctor/judge-watch.js';
import type { DescriptorObservation, InotifyObservation, SpaceObservation } from '../../../src/doctor/observations.js';
import type { CgroupLimits } from '../../../src/policy/cgroup.js';
import type { Limits } from '../../../src/types.js';
import { someCapabilities } from './some-capabilities.js';

const mebibyte = 1024 * 1024;
const limits: Limits = { maxOpenFiles: 100, source: 'rlimit', openFileLimit: 4_096, notes: [] };
const descriptors: DescriptorObservation = { soft: 4_096, hard: 8_192, open: 20 };
const unlimited: CgroupLimits = { processes: null, memoryBytes: null };
const space: SpaceObservation = {
  availableBytes: 900 * mebibyte,
  totalBytes: 1_000 * mebibyte,
  freeInodes: 5_000,
  totalInodes: 9_000,
};

const byId = (findings: readonly { readonly id: string; readonly severity: string }[]) =>
  Object.fromEntries(findings.map(({ id, severity }) => [id, severity]));
const fine = { descriptors: 'ok', 'control-group': 'ok', space: 'ok', inodes: 'ok' };

test('a process and a disk with room are as they should be', () => {
  expect(byId(judgeSystem(limits, descriptors, unlimited, space))).toEqual(fine);
  expect(byId(judgeSystem(limits, descriptors, unlimited, null))).toEqual({ descriptors: 'ok', 'control-group': 'ok' });
});

test.each<[string, Partial<DescriptorObservation>, Partial<CgroupLimits>, Partial<SpaceObservation>, object]>([
  ['a low limit', { soft: 256 }, {}, {}, { descriptors: 'warning' }],
  ['nearly all in use', { open: 3_500 }, {}, {}, { descriptors: 'warning' }],
  ['no limit', { soft: null, hard: null, open: null }, {}, {}, {}],
  ['few threads', {}, { processes: 20 }, {}, { 'control-group': 'warning' }],
  ['little memory', {}, { memoryBytes: 64 * mebibyte }, {}, { 'control-group': 'warning' }],
  ['little space', {}, {}, { availableBytes: 10 * mebibyte }, { space: 'warning' }],
  ['no space', {}, {}, { availableBytes: 0 }, { space: 'problem' }],
  ['few inodes', {}, {}, { freeInodes: 9 }, { inodes: 'warning' }],
  ['no inode', {}, {}, { freeInodes: 0 }, { inodes: 'problem' }],
  ['no size, as procfs', {}, {}, { availableBytes: 0, totalBytes: 0 }, {}],
])('%s', (_what, seen, cgroup, disk, expected) => {
  const findings = judgeSystem(limits, { ...descriptors, ...seen }, { ...unlimited, ...cgroup }, { ...space, ...disk });
  expect(byId(findings)).toEqual({ ...fine, ...expected });
  for (const { severity, advice } of findings) expect(advice === undefined).toBe(severity === 'ok');
});

test('inodes that are not counted are no finding', () => {
  const findings = judgeSystem(limits, descriptors, unlimited, { ...space, freeInodes: 0, totalInodes: 0 });
  expect(byId(findings)).not.toHaveProperty('inodes');
});

test('limits that were lowered are told with their reason, and what can be raised is said', () => {
  const lowered = { ...limits, notes: ['maxOpenFiles is lowered from 100 to 8: why'] };
  const [finding] = judgeSystem(lowered, descriptors, unlimited, null);
  expect(finding).toMatchObject({ severity: 'warning', detail: expect.stringContaining('to 8: why.') });
  const adviceFor = (seen: DescriptorObservation) => judgeSystem(limits, seen, unlimited, null)[0]?.advice;
  expect(adviceFor({ soft: 256, hard: 4_096, open: 9 })).toContain('up to 4096');
  expect(adviceFor({ soft: 256, hard: 256, open: 9 })).toContain('administrator');
});

const inotify: InotifyObservation = { maxWatches: 100_000, maxInstances: 128, usedWatches: 10, usedInstances: 2 };

test.each<[string, object, object, Partial<InotifyObservation>, object]>([
  ['an event that comes', {}, {}, {}, { watch: 'ok', inotify: 'ok' }],
  ['an event that does not come', {}, { delivered: false }, {}, { watch: 'warning', inotify: 'ok' }],
  ['no watch to be had', {}, { delivered: null, failure: 'ENOSPC' }, {}, { watch: 'warning', inotify: 'ok' }],
  ['nothing written', {}, { delivered: null }, {}, { watch: 'note', inotify: 'ok' }],
  ['a network', { network: true, watch: 'polling' }, {}, {}, { watch: 'note', inotify: 'ok' }],
  ['few watches', {}, {}, { maxWatches: 8_192 }, { watch: 'ok', inotify: 'warning' }],
  ['watches in use', {}, {}, { usedWatches: 90_000 }, { watch: 'ok', inotify: 'warning' }],
  ['instances in use', {}, {}, { usedInstances: 120 }, { watch: 'ok', inotify: 'warning' }],
  ['unknown limits', {}, {}, { maxWatches: null, maxInstances: null }, { watch: 'ok', inotify: 'ok' }],
])('watching: %s', (_what, changes, seen, limited, expected) => {
  const watched = { delivered: true, failure: null, ...seen };
  expect(byId(judgeWatch(someCapabilities(changes), watched, { ...inotify, ...limited }))).toEqual(expected);
});

test('which limit of inotify to raise is said', () => {
  const adviceFor = (failure: string) => judgeWatch(someCapabilities(), { delivered: null, failure }, null)[0]?.advice;
  expect(adviceFor('ENOSPC')).toContain('max_user_watches');
  expect(adviceFor('EMFILE')).toContain('max_user_instances');
  expect(adviceFor('ENOSYS')).toContain('polling');
});

test('an old Node is a problem, the portable hash a note', () => {
  const versions = (node: string) => ({
    ...{ plokeIo: '0.1.0', node, nodeApi: 9, platform: 'linux', arch: 'x64', kernel: '6.1' },
    addon: { kind: 'prebuilt' as const, file: '/p' },
  });
  expect(byId(judgeProgram(versions('v20.19.0'), true))).toEqual({ node: 'ok', addon: 'ok', hash: 'ok' });
  expect(byId(judgeProgram(versions('v26.0.0'), false))).toEqual({ node: 'ok', addon: 'ok', hash: 'note' });
  for (const old of ['v20.18.9', 'v18.20.0']) {
    expect(byId(judgeProgram(versions(old), true))).toMatchObject({ node: 'problem' });
  }
});

test('what was swept is a note, what was recovered a warning', () => {
  const swept = { code: 'PLOKE_SWEPT', message: '1 temporary file removed', path: '/d' };
  const recovered = { code: 'PLOKE_RECOVERED', message: 'kept', path: '/d/f.ploke-io-recovered-00000000' };
  expect(judgeLeftovers([{ code: 'PLOKE_LIMITS', message: 'x' }])).toEqual([]);
  expect(judgeLeftovers([swept])).toMatchObject([{ severity: 'note', facts: { swept: 1, recovered: 0 } }]);
  const [both] = judgeLeftovers([swept, recovered]);
  expect(both).toMatchObject({ severity: 'warning', detail: expect.stringContaining(recovered.path) });
});
