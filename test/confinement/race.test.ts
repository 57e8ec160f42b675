import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileNativeTool, type NativeTool, run } from './native-tool.js';
import { raceModes } from './race/modes.js';
import { runRace } from './race/run-race.js';
import { backends } from './vocabulary.js';

// In memory a round takes a fraction of the time, and is raced against all the same; npm run test:races uses the disk.
const directory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const source = join(fileURLToPath(import.meta.url), '../../../src/index.ts');

let swapper: NativeTool;
beforeAll(() => {
  swapper = compileNativeTool('race/swapper.c');
});
afterAll(() => swapper[Symbol.dispose]());

describe('a race against swapped names', () => {
  it('has a swapper for every mode', () => {
    const known = run(swapper.path, ['--list']).trim().split('\n');
    expect(known.sort()).toEqual(raceModes.map((mode) => mode.id).sort());
  });

  it('catches a resolver that checks by realpath and then opens the path', async () => {
    const reports = await runRace({
      library: 'naive',
      backend: 'kernel',
      swapper: swapper.path,
      policies: ['deny-cross-root'],
      budgetMs: 5_000,
      directory,
      enough: 1,
    });
    const uncaught = reports.filter((report) => report.escapes === 0).map((report) => report.mode);
    // One mode may be lucky on a loaded machine; most of them never are.
    expect(uncaught.length, `not caught in ${uncaught.join(', ')}`).toBeLessThan(reports.length / 2);
    expect(reports.length).toBeGreaterThan(10);
  }, 120_000);

  it.each(backends)(
    'finds no escape, no hang and no foreign error through the %s backend',
    async (backend) => {
      const reports = await runRace({ library: source, backend, swapper: swapper.path, budgetMs: 40, directory });
      const faults = reports.filter((report) => report.escapes + report.hangs + report.strange > 0);
      expect(faults.map(({ mode, policy, examples }) => ({ mode, policy, examples }))).toEqual([]);
      expect(reports.length).toBe(raceModes.length * 3);
      expect(Math.min(...reports.map((report) => report.swaps))).toBeGreaterThanOrEqual(64);
      const calls = reports.reduce((sum, report) => sum + report.calls, 0);
      const succeeded = reports.reduce((sum, report) => sum + report.succeeded, 0);
      // Refusing everything would be no proof.
      expect(succeeded).toBeGreaterThan(calls / 10);
    },
    120_000,
  );
});
