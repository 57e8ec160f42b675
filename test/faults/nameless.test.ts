import { constants } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scenarios, twice } from '../crash/scenarios.mjs';
import { callsOf, leftovers, runScenario } from '../support/points.mjs';
import { buildTracer, tracerRefusal } from '../support/tracer.mjs';

// New versions have no name until they are complete and synced.
let tracer: { readonly program: string; remove(): void };
beforeAll(() => {
  tracer = buildTracer();
  expect(tracerRefusal(tracer.program)).toBeUndefined();
});
afterAll(() => tracer.remove());

const namesOf = (calls: readonly { readonly name: string; readonly result?: number }[]) =>
  calls.filter(({ name }) => ['linkat', 'renameat', 'exchange', 'fsync'].includes(name)).map(({ name }) => name);

test('a new version is synced before it has a name, and never renamed to one that tells of an exchange', async () => {
  const calls = await callsOf(tracer, 'replace', scenarios.replace);
  expect(namesOf(calls)).toEqual(['fsync', 'linkat', 'exchange', 'fsync']);
});

test('a new file gets the name that it is to have, and no other', async () => {
  const create = { ...scenarios.create, prepare: scenarios.namedCreate.prepare };
  const calls = await callsOf(tracer, 'create', create);
  const linked = calls.filter(({ name }: { name: string }) => name === 'linkat');
  expect(linked.map(({ path }: { path: string }) => path.endsWith('made/deep/file'))).toEqual([true]);
});

test('where the descriptor alone does not do, the name is given through procfs', async () => {
  const scenario = { ...scenarios.replace, disturb: () => ['--fail', `linkat#1:${constants.errno.ENOENT}`] };
  expect(namesOf(await callsOf(tracer, 'replace', scenario))).toEqual([
    'fsync',
    'linkat',
    'linkat',
    'exchange',
    'fsync',
  ]);
});

test('where no name can be given the file is written anew with one, and the next one at once', async () => {
  const calls = await callsOf(tracer, 'twice', twice);
  const first = ['fsync', 'linkat', 'linkat', 'fsync', 'renameat', 'exchange', 'fsync'];
  expect(namesOf(calls)).toEqual([...first, 'fsync', 'renameat', 'exchange', 'fsync']);
});

test('a name that cannot be given for want of room is an error, and the old version stays', async () => {
  const orders = ['--fail', `linkat#1:${constants.errno.ENOSPC}`];
  await runScenario(
    tracer,
    'replace',
    scenarios.replace,
    orders,
    async (directory: string, run: Promise<{ readonly stdout: string }>) => {
      const { told } = JSON.parse((await run).stdout);
      expect(told).toMatchObject([{ code: 'ENOSPC', committed: false }]);
      expect(leftovers(directory, scenarios.replace)).toEqual({ others: [], recovered: [] });
      expect(scenarios.replace.check(directory, false)).toEqual([]);
    },
  );
});
