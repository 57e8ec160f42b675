import { execFileSync } from 'node:child_process';
import { linkSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Watched, watched } from '../support/watched.js';

// On ramfs the kernel gives files the time of its last tick: quick writes of one size are not told apart by their stamps.
describe.skipIf(process.getuid?.() !== 0)('as root', () => {
  const onRamfs = (prepare: (at: (name: string) => string) => void) =>
    watched({}, { inPlace: 'when-required' }, (at) => {
      const folder = at('');
      execFileSync('mount', ['-t', 'ramfs', 'ramfs', folder]);
      onTestFinished(() => {
        execFileSync('umount', ['-l', folder]);
      });
      prepare(at);
    });
  const timesOf = (file: string) => {
    const { mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return `${mtimeNs} ${ctimeNs}`;
  };

  test('a foreign write within the tick of an own one is told, whatever the stamp says', async () => {
    const { at, workspace, told } = await onRamfs((at) => writeFileSync(at('a'), 'old'));
    expect(await withinOneTick({ at, workspace, told }, 'bad')).toEqual(['update a (me)', 'update a']);
  });

  test('a foreign write of what an own one has just written changes nothing', async () => {
    const { at, workspace, told } = await onRamfs((at) => writeFileSync(at('a'), 'old'));
    expect(await withinOneTick({ at, workspace, told }, 'new')).toEqual(['update a (me)']);
  });

  test('an own write in place is told once', async () => {
    const { at, workspace, told } = await onRamfs((at) => {
      writeFileSync(at('a'), 'old');
      linkSync(at('a'), at('other name'));
    });
    for (let round = 0; round < 50; round += 1) {
      const result = await workspace.writeFile(at('a'), `version ${round}`);
      expect(result.receipt.atomic).toBe(false);
      expect((await told()).filter((event) => event !== 'update other name')).toEqual(['update a (me)']);
    }
  });

  /** What is told of an own write of 'new' and a foreign one that leaves the file with the very same stamp. */
  async function withinOneTick({ at, workspace, told }: Pick<Watched, 'at' | 'workspace' | 'told'>, foreign: string) {
    for (;;) {
      await workspace.writeFile(at('a'), 'new');
      const before = timesOf(at('a'));
      writeFileSync(at('a'), foreign, { flag: 'r+' });
      const isSame = timesOf(at('a')) === before;
      const events = await told();
      if (isSame) return events;
    }
  }
});
