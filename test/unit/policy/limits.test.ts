import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LimitsInput, resolveLimits } from '../../../src/policy/limits.js';

const nothing: LimitsInput = {
  option: undefined,
  environment: undefined,
  softOpenFiles: null,
  openDescriptors: null,
  cgroup: null,
};
const roomy: LimitsInput = { ...nothing, softOpenFiles: 1_048_576, openDescriptors: 20 };

describe('what decides', () => {
  test.each<[string, Partial<LimitsInput>, number, string]>([
    ['nothing known', {}, 50, 'default'],
    ['the soft limit: a third', { softOpenFiles: 256 }, 85, 'rlimit'],
    ['the soft limit: at most 100', { softOpenFiles: 1024 }, 100, 'rlimit'],
    ['a tiny soft limit', { softOpenFiles: 6 }, 4, 'rlimit'],
    ['the environment before the soft limit', { softOpenFiles: 1024, environment: '33' }, 33, 'environment'],
    ['an empty variable is none', { softOpenFiles: 1024, environment: '' }, 100, 'rlimit'],
    ['the option before the environment', { environment: '33', option: 77 }, 77, 'option'],
    ['the option above what is useful', { option: 1024 }, 1024, 'option'],
  ])('%s', (_name, input, maxOpenFiles, source) => {
    expect(resolveLimits({ ...nothing, ...input })).toMatchObject({ maxOpenFiles, source, notes: [] });
  });

  test('the soft limit is told', () => {
    expect(resolveLimits(nothing).openFileLimit).toBeNull();
    expect(resolveLimits(roomy).openFileLimit).toBe(1_048_576);
  });
});

describe('what is not taken as given is noted', () => {
  test.each<[string, Partial<LimitsInput>, number, RegExp]>([
    ['an option of 0', { option: 0 }, 4, /^The option maxOpenFiles is 0: taken as 4, because 4 to 1024 is allowed$/],
    ['an option that is too great', { option: 100_000 }, 1024, /^The option maxOpenFiles is 100000: taken as 1024/],
    ['a variable of 0', { environment: '0' }, 4, /^PLOKE_IO_FD_LIMIT is 0: taken as 4/],
    ['a variable that is no number', { environment: 'many' }, 50, /^PLOKE_IO_FD_LIMIT is "many": ignored/],
    ['a negative variable', { environment: '-5' }, 50, /^PLOKE_IO_FD_LIMIT is "-5": ignored/],
    ['a fractional variable', { environment: '1.5' }, 50, /ignored, because it is not a whole number$/],
    ['an endless variable', { environment: '9'.repeat(1_000) }, 50, /^PLOKE_IO_FD_LIMIT is "9{59}…": ignored/],
    [
      'descriptors in use',
      { option: 100, softOpenFiles: 128, openDescriptors: 60 },
      52,
      /^maxOpenFiles is lowered from 100 to 52: of 128 open files \(ulimit -n\) 60 are in use/,
    ],
    [
      'no descriptor left',
      { softOpenFiles: 64, openDescriptors: 64 },
      4,
      /^maxOpenFiles is lowered from 21 to 4: of 64 open files/,
    ],
    [
      'few processes',
      { cgroup: { processes: 10, memoryBytes: null } },
      10,
      /^maxOpenFiles is lowered from 50 to 10: the control group allows 10 processes and threads \(pids\.max\)$/,
    ],
    [
      'little memory',
      { cgroup: { processes: null, memoryBytes: 128 * 1024 * 1024 } },
      32,
      /^maxOpenFiles is lowered from 50 to 32: the control group allows 128 MiB of memory/,
    ],
  ])('%s', (_name, input, maxOpenFiles, note) => {
    const limits = resolveLimits({ ...nothing, ...input });
    expect(limits.maxOpenFiles).toBe(maxOpenFiles);
    expect(limits.notes).toHaveLength(1);
    expect(limits.notes[0]).toMatch(note);
  });

  test('each bound that lowers it has its note', () => {
    const limits = resolveLimits({
      ...nothing,
      option: 5_000,
      softOpenFiles: 200,
      openDescriptors: 100,
      cgroup: { processes: 50, memoryBytes: 40 * 1024 * 1024 },
    });
    expect(limits).toMatchObject({ maxOpenFiles: 10, source: 'option' });
    expect(limits.notes).toHaveLength(4);
  });

  test('ample limits are not noted', () => {
    const cgroup = { processes: 10_000, memoryBytes: 2 ** 34 };
    expect(resolveLimits({ ...roomy, cgroup })).toMatchObject({ maxOpenFiles: 100, notes: [] });
  });
});

test('is an integer from 4 to 1024, whatever comes', () => {
  const count = fc.option(fc.nat(3_000), { nil: null });
  const input = fc.record({
    option: fc.option(fc.nat(3_000), { nil: undefined }),
    environment: fc.option(fc.oneof(fc.string(), fc.nat(3_000).map(String)), { nil: undefined }),
    softOpenFiles: count,
    openDescriptors: count,
    cgroup: fc.option(fc.record({ processes: count, memoryBytes: fc.option(fc.maxSafeNat(), { nil: null }) }), {
      nil: null,
    }),
  });
  fc.assert(
    fc.property(input, (given) => {
      const { maxOpenFiles } = resolveLimits(given);
      expect(Number.isInteger(maxOpenFiles) && maxOpenFiles >= 4 && maxOpenFiles <= 1024).toBe(true);
    }),
  );
});
